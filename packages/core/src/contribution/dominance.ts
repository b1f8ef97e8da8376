/** Accuracies of a head over some samples: with every input, and with none. */
export interface Accuracies {
  readonly all: number;
  readonly none: number;
}

/** The same over the samples that have an input, and with that input alone. */
export interface InputAccuracies extends Accuracies {
  readonly alone: number;
}

/** What the config does against dominance already. */
export interface AgainstDominance {
  /** Inputs that an objective reads by a head of another name. */
  readonly taught: readonly string[];
  /** Inputs whose tokens lie somewhere in a picture: what is said of them can be found there. */
  readonly located: readonly string[];
  readonly inputDropout: boolean;
  readonly balancer: boolean;
}

/** An input that alone is right so much oftener than nothing at all tells something by itself. */
const TELLS = 0.1;

/**
 * A sentence where one input alone, and no other, reaches the share `warnAt` of the full accuracy, with the line of the config that
 * helps; nothing where the head has learnt nothing yet.
 */
export function dominanceWarning(
  { head, target }: { readonly head: string; readonly target: string },
  { all, none }: Accuracies,
  having: Readonly<Record<string, InputAccuracies>>,
  warnAt: number,
  already: AgainstDominance,
): string | undefined {
  const leading = Object.keys(having).filter((input) => reached(having[input]!) >= warnAt);
  if (leading.length !== 1 || all - none < TELLS) return undefined;
  const [leader] = leading as [string];
  const percent = (input: string) => `${Math.round(100 * reached(having[input]!))} %`;
  const others = Object.keys(having).filter((input) => input !== leader);
  const rest = others.map((input) => `${input} alone ${percent(input)}`).join(', ');
  const untaught = others.filter((input) => !already.taught.includes(input));
  const telling = untaught.find((input) => having[input]!.alone - having[input]!.none >= TELLS);
  const located = untaught.find((input) => already.located.includes(input) && !already.located.includes(leader));
  const help = telling
    ? ownClass(target, telling)
    : located
      ? ownPlace(leader, located)
      : remedy(head, leader, Object.keys(having), already);
  return `${leader} alone reaches ${percent(leader)} of the full accuracy: ${head} is right on ${all.toFixed(3)} of the samples, ${rest}. To make it learn from ${others.join(', ')} too, add ${help}.`;
}

/** An input alone is judged against every input on the samples that have it: the others may be harder, or easier. */
function reached({ alone, all }: InputAccuracies): number {
  return all > 0 ? alone / all : 0;
}

/** What helped most where it was measured (docs/guides/balance.md): the neglected input has something to learn by itself, */
function ownClass(target: string, input: string): string {
  return `\`${input}: classify({ classes: …, target: '${target}', from: '${input}' })\` to \`heads\`, with a \`crossEntropy\` of its own`;
}

/** or where alone it tells nothing, is needed to find what the other one speaks of. */
function ownPlace(leader: string, input: string): string {
  return `an objective that ${input} is needed for: \`grounding\` of \`locate({ regions: '${input}', phrase: '${leader}', from: 'fused' })\``;
}

function remedy(head: string, leader: string, inputs: readonly string[], already: AgainstDominance): string {
  if (!already.inputDropout) return '`inputDropout: 0.3` to `train`';
  const names = inputs.map((input) => `'${input}'`).join(', ');
  if (!already.balancer)
    return `\`balancer: gradientModulation({ inputs: [${names}], head: '${head}' })\` to the config`;
  return `\`learningRates: { '${leader}/*': 0.3 }\` to \`train\``;
}
