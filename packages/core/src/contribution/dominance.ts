/** Accuracies of a head: with every input, and with one alone. */
export interface Accuracies {
  readonly all: number;
  readonly none: number;
  readonly alone: Readonly<Record<string, number>>;
}

/** What the config does against dominance already. */
export interface AgainstDominance {
  /** Inputs that an objective reads by a head of another name. */
  readonly taught: readonly string[];
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
  { all, none, alone }: Accuracies,
  warnAt: number,
  already: AgainstDominance,
): string | undefined {
  const leading = Object.keys(alone).filter((input) => alone[input]! >= warnAt * all);
  if (leading.length !== 1 || all - none < TELLS) return undefined;
  const [leader] = leading as [string];
  const percent = (input: string) => `${Math.round((100 * alone[input]!) / all)} %`;
  const others = Object.keys(alone).filter((input) => input !== leader);
  const rest = others.map((input) => `${input} alone ${percent(input)}`).join(', ');
  const untaught = others.find((input) => !already.taught.includes(input));
  const help = untaught
    ? ofItsOwn(target, leader, untaught, alone[untaught]! - none >= TELLS)
    : remedy(head, leader, Object.keys(alone), already);
  return `${leader} alone reaches ${percent(leader)} of the full accuracy: ${head} is right on ${all.toFixed(3)} of the samples, ${rest}. To make it learn from ${others.join(', ')} too, add ${help}.`;
}

/** What helped most where it was measured (docs/guides/balance.md): the neglected input has something to learn by itself. */
function ofItsOwn(target: string, leader: string, input: string, tells: boolean): string {
  return tells
    ? `\`${input}: classify({ classes: …, target: '${target}', from: '${input}' })\` to \`heads\`, with a \`crossEntropy\` of its own`
    : `an objective that ${input} is needed for, such as \`grounding\` of \`locate({ regions: '${input}', phrase: '${leader}', from: 'fused' })\``;
}

function remedy(head: string, leader: string, inputs: readonly string[], already: AgainstDominance): string {
  if (!already.inputDropout) return '`inputDropout: 0.3` to `train`';
  const names = inputs.map((input) => `'${input}'`).join(', ');
  if (!already.balancer)
    return `\`balancer: gradientModulation({ inputs: [${names}], head: '${head}' })\` to the config`;
  return `\`learningRates: { '${leader}/*': 0.3 }\` to \`train\``;
}
