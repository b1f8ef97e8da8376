import type { DataSourceContext, Sample } from '@modalkit/contract';

type Row = Readonly<Record<string, unknown>>;

/**
 * The sample in one row of a manifest: flat columns named after inputs and targets, or `{ inputs, targets }`.
 * `id`, `split` and `group` are reserved; columns of other tools are left alone.
 * @param place `<file>:<line>`, the id of a row that states none
 * @throws Error that says what is wrong with the row
 */
export function sampleOfRow(row: unknown, place: string, { inputs, targets }: DataSourceContext): Sample {
  if (!isRow(row)) throw new Error(`expected an object such as {"${inputs[0]}": …}, received ${kindOf(row)}`);
  const nested = isRow(row.inputs) && !inputs.includes('inputs');
  const from = nested ? (row.inputs as Row) : row;
  const sample: Sample = {
    id: word(row, 'id') ?? place,
    ...optional('split', word(row, 'split')),
    ...optional('group', word(row, 'group')),
    inputs: pick(from, inputs),
    targets: pick(nested ? (isRow(row.targets) ? row.targets : {}) : row, targets),
  };
  if (Object.keys(sample.inputs).length > 0) return sample;
  throw new Error(
    `has none of the inputs ${quote(inputs)}, its keys are ${quote(Object.keys(from))}; name a key after an input`,
  );
}

/** The columns of these names that hold something. */
function pick(row: Row, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    names.filter((name) => Object.hasOwn(row, name) && row[name] != null).map((name) => [name, row[name]]),
  );
}

function word(row: Row, key: string): string | undefined {
  const value = Object.hasOwn(row, key) ? row[key] : undefined;
  if (value == null || value === '') return undefined;
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw new Error(`"${key}" must be a word or number, received ${kindOf(value)}`);
}

function optional(key: 'split' | 'group', value: string | undefined): Partial<Sample> {
  return value === undefined ? {} : { [key]: value };
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}

function quote(names: readonly string[]): string {
  return (
    names
      .slice(0, 8)
      .map((name) => JSON.stringify(name.slice(0, 40)))
      .join(', ') || '(none)'
  );
}
