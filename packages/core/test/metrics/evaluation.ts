import type { Evaluation, Measured, Metric, Plugin, Preview, TargetSpec } from '@modalkit/contract';
import { METRIC } from '@modalkit/contract';
import { partOf } from '../fusion/part-of.js';

interface EvaluationParts {
  /** Rows `[n][width]` by input; null is an absent sample. They are taken as they are. */
  readonly rows?: Readonly<Record<string, readonly (readonly number[] | null)[]>>;
  readonly targets?: Readonly<Record<string, readonly unknown[]>>;
  readonly specs?: Readonly<Record<string, TargetSpec>>;
  readonly outputs?: Readonly<Record<string, readonly (readonly number[])[]>>;
  /** The same with some inputs only, by their names in order, `a+b`. */
  readonly subsets?: Readonly<Record<string, Readonly<Record<string, readonly (readonly number[])[]>>>>;
  /** Vector of each raw prompt. */
  readonly prompts?: Readonly<Record<string, readonly number[]>>;
  /** What heads write, samples of an input, by head or `head/a+b` of some inputs. */
  readonly written?: Readonly<Record<string, { readonly input: string; readonly samples: readonly unknown[] }>>;
  readonly preview?: (input: string, raw: unknown) => Preview | undefined;
}

export function evaluationOf(parts: EvaluationParts): Evaluation {
  const { rows = {}, targets = {}, specs = {}, outputs = {}, prompts = {} } = parts;
  const columns = [...Object.values(rows), ...Object.values(targets), ...Object.values(outputs)];
  const samples = columns[0]!.map((_, row) => ({
    id: `${row}`,
    inputs: Object.fromEntries(Object.entries(rows).map(([name, all]) => [name, all[row] && `${name}${row}`])),
    targets: Object.fromEntries(Object.entries(targets).map(([name, all]) => [name, all[row]])),
  }));
  return {
    samples,
    targets: specs,
    embeddings: (input) => {
      const all = rows[input]!;
      const width = all.find((row) => row !== null)?.length ?? 1;
      const flat = all.flatMap((row) => [...(row ?? new Array(width).fill(0))]);
      return { width, rows: Float32Array.from(flat), present: Uint8Array.from(all, (row) => Number(row !== null)) };
    },
    output: (name, inputs) => {
      const rows = (inputs ? parts.subsets![[...inputs].sort().join('+')]! : outputs)[name]!;
      return { width: rows[0]!.length, rows: Float32Array.from(rows.flat()) };
    },
    embed: async (_, raw) => Float32Array.from(raw.flatMap((prompt) => [...prompts[prompt as string]!])),
    written: async (head, inputs) => parts.written![inputs ? `${head}/${[...inputs].sort().join('+')}` : head]!,
    preview: async (input, raw) => parts.preview?.(input, raw),
  };
}

/** What a metric measures. */
export function measure(plugin: Plugin, parts: EvaluationParts): ReturnType<Metric['measure']> {
  return partOf(plugin, METRIC, 'metrics/one').measure(evaluationOf(parts));
}

/** The values alone. */
export function numbers(values: Readonly<Record<string, Measured>>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).map(([name, { value }]) => [name, value]));
}
