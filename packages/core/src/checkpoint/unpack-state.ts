import { type HostArray, type Json, ModalkitError } from '@modalkit/contract';

const MAX_DEPTH = 400;
const numbers: ReadonlyMap<Json, number> = new Map([
  ['-0', -0],
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
]);

/**
 * The value that `packState` split. Keys become own properties, whatever their name.
 * @throws ModalkitError CHECKPOINT for a reference that leads nowhere or a form that packState does not write
 */
export function unpackState(json: Json, tensors: ReadonlyMap<string, HostArray>): unknown {
  return unpack(json, tensors, 0);
}

function unpack(json: Json, tensors: ReadonlyMap<string, HostArray>, depth: number): unknown {
  if (depth > MAX_DEPTH) return refuse(`it is nested deeper than ${MAX_DEPTH}`);
  if (json === null || typeof json !== 'object') return json;
  if (isList(json)) return json.map((item) => unpack(item, tensors, depth + 1));
  const entries = Object.entries(json);
  const [key, content] = entries[0] ?? ['', null];
  if (!key.startsWith('$'))
    return Object.fromEntries(entries.map(([name, item]) => [name, unpack(item, tensors, depth + 1)]));
  if (entries.length === 1 && key === '$array') return unpackArray(content, tensors);
  if (entries.length === 1 && key === '$number') return numbers.get(content) ?? refuse('it has an unknown "$number"');
  if (entries.length === 1 && key === '$entries') return unpackEntries(content, tensors, depth + 1);
  return refuse(`it has the unknown form ${JSON.stringify(key.slice(0, 80))}`);
}

function unpackArray(name: Json, tensors: ReadonlyMap<string, HostArray>): HostArray['data'] {
  const array = typeof name === 'string' ? tensors.get(name) : undefined;
  return array?.data ?? refuse(`its array ${JSON.stringify(name).slice(0, 80)} is missing`);
}

function unpackEntries(content: Json, tensors: ReadonlyMap<string, HostArray>, depth: number): object {
  if (!isList(content)) return refuse('its "$entries" is no list');
  const entries = content.map((entry): [string, unknown] => {
    if (!isList(entry) || entry.length !== 2 || typeof entry[0] !== 'string')
      return refuse('its "$entries" holds no pair');
    return [entry[0], unpack(entry[1] as Json, tensors, depth + 1)];
  });
  return Object.fromEntries(entries);
}

function isList(json: Json): json is readonly Json[] {
  return Array.isArray(json);
}

function refuse(problem: string): never {
  throw new ModalkitError('CHECKPOINT', `The saved state cannot be restored: ${problem}. Take an older checkpoint.`);
}
