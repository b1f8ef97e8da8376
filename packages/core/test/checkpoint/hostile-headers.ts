/** A safetensors file of a raw header and `data` zero bytes. */
export function fileOf(header: string | Uint8Array, data = 0, length?: bigint): Uint8Array {
  const json = Buffer.from(header);
  const bytes = new Uint8Array(8 + json.length + data);
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

const entry = (offsets: string, shape = '[1]', type = '"F32"') =>
  `{"dtype":${type},"shape":${shape},"data_offsets":${offsets}}`;
const one = (offsets: string, shape?: string, type?: string, data = 4) =>
  fileOf(`{"a":${entry(offsets, shape, type)}}`, data);
const two = (first: string, second: string, data = 8) => fileOf(`{"a":${entry(first)},"b":${entry(second)}}`, data);
const good = entry('[0,4]');
const raw = (header: string, data = 4) => fileOf(header, data);

/** Files that must each be refused, and a part of the reason. */
export const hostileFiles: readonly (readonly [string, Uint8Array, string])[] = [
  ['no byte', new Uint8Array(0), 'too few'],
  ['seven bytes', new Uint8Array(7), 'too few'],
  ['header length 0', fileOf('', 0, 0n), 'first byte'],
  ['header length 0 before data', fileOf('', 64, 0n), 'first byte'],
  ['header length 2^53 + 1', fileOf('{}', 0, 2n ** 53n + 1n), 'longer than the file'],
  ['header length 2^63', fileOf('{}', 0, 2n ** 63n), 'longer than the file'],
  ['header length 2^64 - 1', fileOf('{}', 0, 2n ** 64n - 1n), 'longer than the file'],
  ['header length one above the file', fileOf('{}', 0, 3n), 'longer than the file'],
  ['header length one too short', fileOf('{}', 0, 1n), 'expected'],
  ['header above the limit', fileOf(' '.repeat(2 ** 22 + 1)), 'allowed'],
  ['overlap', two('[0,4]', '[3,7]', 7), 'overlap'],
  ['the same bytes twice', two('[0,4]', '[0,4]', 4), 'overlap'],
  ['a hole', two('[0,4]', '[5,9]', 9), 'hole'],
  ['a hole at the start', one('[1,5]', '[1]', '"F32"', 5), 'hole'],
  ['bytes left over', one('[0,4]', '[1]', '"F32"', 5), 'end at byte 4 of 5'],
  ['a zip behind the data', Buffer.concat([one('[0,4]'), Buffer.from('PK\x05\x06'), Buffer.alloc(18)]), 'of data'],
  ['data cut short', one('[0,4]', '[1]', '"F32"', 3), 'end at byte 4 of 3'],
  ['data without tensors', fileOf('{}', 4), 'end at byte 0 of 4'],
  ['reversed offsets', one('[4,0]'), 'needs 4 bytes'],
  ['negative offsets', one('[-4,0]'), 'whole number'],
  ['minus zero', one('[-0,4]'), 'whole number'],
  ['offsets with a fraction', one('[0,4.0]'), 'whole number'],
  ['offsets with an exponent', one('[0,4e0]'), 'whole number'],
  ['offsets as strings', one('["0","4"]'), 'whole number'],
  ['offsets null', one('null'), 'expected ['],
  ['offsets an object', one('{"0":0,"1":4}'), 'expected ['],
  ['no offset', one('[]'), 'two data_offsets'],
  ['one offset', one('[0]'), 'two data_offsets'],
  ['three offsets', one('[0,4,8]'), 'more than 2'],
  ['a leading zero', one('[0,04]'), 'whole number'],
  ['a hexadecimal number', one('[0,0x4]'), 'whole number'],
  ['an offset of 2^53 + 1', one('[0,9007199254740993]'), '2^53'],
  ['an offset of 40 digits', one(`[0,${'9'.repeat(40)}]`), 'whole number'],
  ['NaN', one('[0,NaN]'), 'whole number'],
  ['a shape that overflows', one('[0,4]', '[4294967296,4294967296]'), 'needs'],
  [
    'a shape that overflows to 0',
    one('[0,0]', '[9007199254740991,9007199254740991,9007199254740991]', '"F32"', 0),
    'needs',
  ],
  ['a shape of 64 extents', one('[0,4]', `[${Array(64).fill(1)}]`), 'more than 8'],
  ['a shape too small', one('[0,4]', '[0]'), 'needs 0 bytes'],
  ['a shape too large', one('[0,4]', '[2]'), 'needs 8 bytes'],
  ['a negative extent', one('[0,4]', '[-1]'), 'whole number'],
  ['a shape that is a number', one('[0,4]', '1'), 'expected ['],
  ['a nested shape', one('[0,4]', '[[1]]'), 'whole number'],
  ['an unknown type', one('[0,4]', '[1]', '"F33"'), 'not F32'],
  ['a type that Object has', one('[0,4]', '[1]', '"constructor"'), 'not F32'],
  ['a type that is a number', one('[0,4]', '[1]', '32'), 'expected "'],
  ['a BOOL of 2', Buffer.concat([fileOf(`{"a":${entry('[0,1]', '[1]', '"BOOL"')}}`), Buffer.from([2])]), 'above 1'],
  ['a name twice', raw(`{"a":${good},"a":${good}}`), 'twice'],
  ['a name twice by an escape', raw(`{"a":${good},"\\u0061":${good}}`), 'twice'],
  ['a field twice', raw(`{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}`), 'twice'],
  ['metadata twice', raw('{"__metadata__":{},"__metadata__":{}}', 0), 'second'],
  ['a key of metadata twice', raw('{"__metadata__":{"k":"1","k":"2"}}', 0), 'twice'],
  ['metadata that is no string', raw('{"__metadata__":{"k":1}}', 0), 'expected "'],
  ['metadata that is a list', raw('{"__metadata__":[]}', 0), 'expected {'],
  ['metadata under __proto__', raw('{"__metadata__":{"__proto__":"x"}}', 0), 'reserved'],
  ['tensor __proto__', raw(`{"__proto__":${good}}`), 'reserved'],
  ['tensor __proto__ by escapes', raw(`{"\\u005f_proto__":${good}}`), 'reserved'],
  ['tensor constructor', raw(`{"constructor":${good}}`), 'reserved'],
  ['tensor toString', raw(`{"toString":${good}}`), 'reserved'],
  ['a field __proto__', raw('{"a":{"__proto__":{"dtype":"F32"},"shape":[1],"data_offsets":[0,4]}}'), 'reserved'],
  ['an unknown field', raw('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}'), 'unknown field'],
  ['a missing field', raw('{"a":{"dtype":"F32","shape":[1]}}'), 'lacks'],
  ['an empty entry', raw('{"a":{}}'), 'lacks'],
  ['an entry null', raw('{"a":null}'), 'expected {'],
  ['an empty name', raw(`{"":${good}}`), 'empty name'],
  ['a name with NUL', raw(`{"a\\u0000":${good}}`), 'control'],
  ['a name with a raw NUL', raw(`{"a\0":${good}}`), 'not JSON'],
  ['half a surrogate pair', raw(`{"\\ud800":${good}}`), 'control'],
  ['a name of 2000 characters', raw(`{"${'n'.repeat(2000)}":${good}}`), 'over 1024'],
  ['a name without end', raw('{"a'), 'without end'],
  ['a name that ends in a backslash', raw('{"a\\'), 'without end'],
  ['a list in place of the object', raw('[]', 0), 'first byte'],
  ['a space before the object', raw(' {}', 0), 'first byte'],
  ['a second object', raw('{}{}', 0), 'after the closing'],
  ['NUL after the object', raw('{}\0\0', 0), 'after the closing'],
  ['a comma too many', raw(`{"a":${good},}`), 'expected "'],
  ['a comment', raw('{}/**/', 0), 'after the closing'],
  ['single quotes', raw("{'a':1}"), 'expected "'],
  ['a byte order mark', fileOf(Buffer.from('\ufeff{}')), 'first byte'],
  ['bad UTF-8', fileOf(Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])), 'not UTF-8'],
  ['an overlong slash', fileOf(Buffer.from([0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x7d])), 'not UTF-8'],
  ['UTF-16', fileOf(Buffer.from('{}', 'utf16le')), 'expected'],
  [
    '1,000,000 tensors',
    fileOf(`{${Array.from({ length: 1e6 }, (_, i) => `"${i}":${entry('[0,0]', '[0]')}`)}}`),
    'allowed',
  ],
  [
    '20,000 tensors',
    fileOf(`{${Array.from({ length: 2e4 }, (_, i) => `"${i}":${entry('[0,0]', '[0]')}`)}}`),
    'more than 8192',
  ],
  ['100,000 open objects', raw('{"a":'.repeat(1e5)), 'unknown field'],
  ['100,000 open lists', raw(`{"a":{"shape":${'['.repeat(1e5)}`), 'whole number'],
  ['4,000,000 empty lists', fileOf(`{"a":{"shape":[${'[],'.repeat(1.3e6)}[]]}}`), 'whole number'],
  ['a string of 4 MB', fileOf(`{"a":{"dtype":"${'F'.repeat(4e6)}"}}`), 'over 16'],
];
