/** Bytes before the samples. */
export const WAV_HEADER = 44;

/** How samples are kept: 16-bit integers, or 32-bit floats. */
export type WavFormat = 'int16' | 'float32';

/** The header of a mono WAV file of so many bytes of samples (RIFF; Microsoft 1991); it counts up to 4 GiB. */
export function wavHeader(format: WavFormat, rate: number, samplesBytes: number): Uint8Array {
  const bytes = Math.min(samplesBytes, 2 ** 32 - 1 - WAV_HEADER);
  const width = format === 'int16' ? 2 : 4;
  const header = Buffer.alloc(WAV_HEADER);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(WAV_HEADER - 8 + bytes, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(format === 'int16' ? 1 : 3, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE(rate * width, 28);
  header.writeUInt16LE(width, 32);
  header.writeUInt16LE(8 * width, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(bytes, 40);
  return header;
}
