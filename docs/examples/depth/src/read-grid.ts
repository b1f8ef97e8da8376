import { ModalkitError } from '@modalkit/contract';

/** What stands before the pixels: P5, width, height, the largest value, with comments between. */
const HEADER = /^P5\s+(?:#[^\n]*\n\s*)*(\d+)\s+(\d+)\s+(\d+)\s/;

/**
 * Pixels of a 16-bit PGM, row by row.
 * @throws ModalkitError SAMPLE that names the file and what is wrong with it
 */
export function readGrid(bytes: Uint8Array, file: string, rows: number, columns: number): Uint16Array {
  const refuse = (what: string) => new ModalkitError('SAMPLE', `${file}: ${what}.`, { file });
  const [header, width, height, most] = HEADER.exec(new TextDecoder('latin1').decode(bytes.subarray(0, 1024))) ?? [];
  if (header === undefined) throw refuse('it does not begin as a binary PGM (P5); save it as one');
  if (Number(most) < 256) throw refuse(`its pixels have 8 bits (at most ${most}); save it with 16`);
  if (Number(height) !== rows || Number(width) !== columns)
    throw refuse(`it has ${height} x ${width} pixels, the options say ${rows} x ${columns}; resize it or change them`);
  if (bytes.length !== header.length + 2 * rows * columns)
    throw refuse(
      `it has ${bytes.length - header.length} bytes of pixels instead of ${2 * rows * columns}; copy it anew`,
    );
  const view = new DataView(bytes.buffer, bytes.byteOffset + header.length);
  const pixels = Uint16Array.from({ length: rows * columns }, (_, at) => view.getUint16(2 * at));
  if (pixels.every((pixel) => pixel === 0)) throw refuse('no pixel measured anything; leave the sample out');
  return pixels;
}
