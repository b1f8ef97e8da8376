import { HeaderFault, HeaderScanner } from './header-scanner.js';
import { isPrintable, isReservedName } from './reserved-name.js';
import { safetensorsLimits as limits } from './safetensors-limits.js';
import { safetensorsTypes } from './safetensors-type.js';

/** One tensor's entry: `[begin, end)` in bytes from the end of the header. */
export interface HeaderEntry {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export interface Header {
  readonly entries: readonly HeaderEntry[];
  readonly metadata: ReadonlyMap<string, string>;
}

/**
 * Reads a safetensors header: nothing but the format's own grammar is accepted, each key once.
 * @throws HeaderFault with what is wrong
 */
export function parseSafetensorsHeader(json: string): Header {
  const scan = new HeaderScanner(json);
  const entries = new Map<string, HeaderEntry>();
  let metadata: Map<string, string> | undefined;
  if (json[0] !== '{') scan.fail('expected { as the first byte');
  scan.list('{', '}', () => {
    const name = takeKey(scan, entries);
    if (name !== '__metadata__') entries.set(name, takeEntry(scan, name));
    else if (metadata) scan.fail('a second "__metadata__"');
    else metadata = takeMetadata(scan);
    if (entries.size > limits.tensors) scan.fail(`more than ${limits.tensors} tensors`);
  });
  scan.end();
  return { entries: [...entries.values()], metadata: metadata ?? new Map() };
}

function takeKey(scan: HeaderScanner, taken: ReadonlyMap<string, unknown>): string {
  const key = scan.string(limits.nameLength);
  if (key === '' || !isPrintable(key)) scan.fail('an empty name or one with control characters');
  if (isReservedName(key)) scan.fail(`the reserved name ${JSON.stringify(key)}`);
  if (taken.has(key)) scan.fail(`the name ${JSON.stringify(key)} twice`);
  scan.expect(':');
  return key;
}

function takeMetadata(scan: HeaderScanner): Map<string, string> {
  const metadata = new Map<string, string>();
  scan.list('{', '}', () => {
    metadata.set(takeKey(scan, metadata), scan.string(limits.headerBytes));
    if (metadata.size > limits.metadata) scan.fail(`more than ${limits.metadata} entries of metadata`);
  });
  return metadata;
}

function takeEntry(scan: HeaderScanner, name: string): HeaderEntry {
  const fields = new Map<string, string | number[]>();
  scan.list('{', '}', () => {
    const key = takeKey(scan, fields);
    if (key === 'dtype') fields.set(key, scan.string(16));
    else if (key === 'shape') fields.set(key, takeWholes(scan, limits.rank));
    else if (key === 'data_offsets') fields.set(key, takeWholes(scan, 2));
    else scan.fail(`the unknown field ${JSON.stringify(key)}`);
  });
  return checkEntry(name, fields);
}

function takeWholes(scan: HeaderScanner, most: number): number[] {
  const numbers: number[] = [];
  scan.list('[', ']', () => {
    numbers.push(scan.whole());
    if (numbers.length > most) scan.fail(`more than ${most} numbers in a list`);
  });
  return numbers;
}

function checkEntry(name: string, fields: ReadonlyMap<string, string | number[]>): HeaderEntry {
  const type = fields.get('dtype') as string | undefined;
  const shape = fields.get('shape') as number[] | undefined;
  const offsets = fields.get('data_offsets') as number[] | undefined;
  const who = `tensor ${JSON.stringify(name.slice(0, 80))}`;
  if (type === undefined || !shape || offsets?.length !== 2) {
    throw new HeaderFault(`${who} lacks dtype, shape or two data_offsets`);
  }
  const bytes = safetensorsTypes.get(type)?.bytes;
  if (bytes === undefined) throw new HeaderFault(`${who} has dtype ${JSON.stringify(type)}, not F32, I32, BOOL or U8`);
  const [begin, end] = offsets as [number, number];
  const size = shape.reduce((product, extent) => product * extent, bytes);
  if (!Number.isSafeInteger(size) || end - begin !== size) {
    throw new HeaderFault(`${who} of shape [${shape}] needs ${size} bytes, its data_offsets are [${begin}, ${end}]`);
  }
  return { name, type, shape, begin, end };
}
