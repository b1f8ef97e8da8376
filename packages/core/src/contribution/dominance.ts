/** Accuracies of a head: with every input, and with one alone. */
export interface Accuracies {
  readonly all: number;
  readonly none: number;
  readonly alone: Readonly<Record<string, number>>;
}

/** What the config does against dominance already. */
export interface AgainstDominance {
  readonly inputDropout: boolean;
  readonly balancer: boolean;
}

/**
 * A sentence where one input alone, and no other, reaches the share `warnAt` of the full accuracy, with the line of the config that
 * helps; nothing where the head has learnt nothing yet.
 */
export function dominanceWarning(
  head: string,
  { all, none, alone }: Accuracies,
  warnAt: number,
  already: AgainstDominance,
): string | undefined {
  const leading = Object.keys(alone).filter((input) => alone[input]! >= warnAt * all);
  if (leading.length !== 1 || all - none < 0.1) return undefined;
  const [leader] = leading as [string];
  const percent = (input: string) => `${Math.round((100 * alone[input]!) / all)} %`;
  const others = Object.keys(alone).filter((input) => input !== leader);
  const rest = others.map((input) => `${input} alone ${percent(input)}`).join(', ');
  return `${leader} alone reaches ${percent(leader)} of the full accuracy: ${head} is right on ${all.toFixed(3)} of the samples, ${rest}. To make it learn from ${others.join(', ')} too, add ${remedy(head, leader, Object.keys(alone), already)}.`;
}

function remedy(head: string, leader: string, inputs: readonly string[], already: AgainstDominance): string {
  if (!already.inputDropout) return '`inputDropout: 0.3` to `train`';
  const names = inputs.map((input) => `'${input}'`).join(', ');
  if (!already.balancer)
    return `\`balancer: gradientModulation({ inputs: [${names}], head: '${head}' })\` to the config`;
  return `\`learningRates: { '${leader}/*': 0.3 }\` to \`train\``;
}
