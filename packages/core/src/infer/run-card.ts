import type { Measured } from '@modalkit/contract';
import type { Runtime } from '../compose/index.js';
import { metricsTable } from '../pretrained/model-card.js';

export interface RunCardFacts {
  readonly runtime: Runtime;
  readonly title: string;
  readonly step: number;
  readonly numbers: number;
  readonly packages: Readonly<Record<string, string>>;
  readonly metrics: Readonly<Record<string, Measured>>;
  readonly licence: string;
  readonly about?: string;
}

/** A model card of a whole run in Markdown with front matter (Mitchell et al. 2019). */
export function runCard({ runtime, ...facts }: RunCardFacts): string {
  const inputs = Object.values(runtime.inputs).map(
    ({ name, adapter }) => `| ${name} | ${adapter.id} | ${adapter.modality} |`,
  );
  const heads = Object.entries(runtime.heads).map(([name, { id }]) => `${name} (${id})`);
  const packages = Object.entries(facts.packages).map(([name, version]) => `${name} ${version}`);
  return `---
license: ${JSON.stringify(facts.licence)}
library_name: modalkit
tags: [modalkit]
---

# ${facts.title}

${facts.numbers} numbers, after ${facts.step} steps with seed ${runtime.seed}. Load it with \`load(folder)\` of the package modalkit.

## Inputs and heads

| input | adapter | modality |
| --- | --- | --- |
${inputs.join('\n')}

Heads: ${heads.join(', ') || 'none'}. Packages: ${packages.join(', ') || 'none'}.

## Data

${facts.about ?? 'Not described: say what the samples are, where they are from, and their licence.'}

## Metrics

${metricsTable(facts.metrics)}

## Licence

${facts.licence}
`;
}
