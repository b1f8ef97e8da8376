import type { Measured } from '@modalkit/contract';
import type { AdapterDocument } from './adapter-document.js';

export interface CardFacts {
  readonly document: AdapterDocument;
  /** Inputs that it was aligned with, and the objectives that did it. */
  readonly partners: readonly string[];
  readonly objectives: readonly string[];
  readonly step: number;
  readonly seed: number;
  readonly about?: string;
  readonly source: string;
  readonly splits: Readonly<Record<string, number>>;
  readonly metrics: Readonly<Record<string, Measured>>;
  readonly sha256: string;
}

/** A model card in Markdown with front matter (Mitchell et al. 2019): what, trained on what, how good, under which licence. */
export function modelCard({ document, ...facts }: CardFacts): string {
  const { adapter, options, space, licence } = document;
  const numbers = Object.values(document.weights).map((shape) =>
    shape.reduce((product, extent) => product * extent, 1),
  );
  const total = numbers.reduce((sum, count) => sum + count, 0);
  const samples = Object.entries(facts.splits).map(([split, count]) => `${count} in "${split}"`);
  return `---
license: ${JSON.stringify(licence)}
library_name: modalkit
tags: [modalkit]
---

# Weights of ${adapter}

${total} numbers in ${numbers.length} tensors, after ${facts.step} steps with seed ${facts.seed}. SHA-256 of manifest.json:
\`${facts.sha256}\`.

## Joint space

\`${space.id}\`, width ${space.width}. Aligned with ${facts.partners.join(', ')} by ${facts.objectives.join(', ')}. Weights of one space can
be composed together.

## Data

${facts.about ?? 'Not described: say what the samples are, where they are from, and their licence.'}

Samples from ${facts.source}: ${samples.join(', ')}.

## Metrics

${metricsTable(facts.metrics)}

## Options

\`\`\`json
${JSON.stringify(options, null, 2)}
\`\`\`

## Licence

${licence}
`;
}

/** What an evaluation measured, as a table in Markdown. */
export function metricsTable(metrics: Readonly<Record<string, Measured>>): string {
  const rows = Object.entries(metrics).map(
    ([name, { value, low, high, n }]) => `| ${name} | ${[value, low, high].map(short).join(' | ')} | ${n} |`,
  );
  if (rows.length === 0) return 'The run was not evaluated.';
  return ['| metric | value | low | high | n |', '| --- | --- | --- | --- | --- |', ...rows].join('\n');
}

function short(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(4))) : '-';
}
