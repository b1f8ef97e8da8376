import { SPEECH_RATE } from './effects.mjs';

const HEADER = 44;
const NOTHING = new Float32Array(0);

/**
 * A mono WAV file of 16 bits a sample at this recipe's rate.
 * @param {Float32Array} samples in -1..1; what is louder is clipped
 */
export function wavOf(samples) {
  const bytes = Buffer.alloc(HEADER + 2 * samples.length);
  bytes.write('RIFF', 0, 'ascii');
  bytes.writeUInt32LE(bytes.length - 8, 4);
  bytes.write('WAVEfmt ', 8, 'ascii');
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20); // PCM
  bytes.writeUInt16LE(1, 22); // channels
  bytes.writeUInt32LE(SPEECH_RATE, 24);
  bytes.writeUInt32LE(2 * SPEECH_RATE, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write('data', 36, 'ascii');
  bytes.writeUInt32LE(2 * samples.length, 40);
  for (const [at, value] of samples.entries())
    bytes.writeInt16LE(Math.round(Math.max(-1, Math.min(1, value)) * 32767), HEADER + 2 * at);
  return bytes;
}

/**
 * The samples of a plain WAV file at this recipe's rate, as `wavOf` and the human recordings are. Anything else is refused:
 * thousands of them are read, too many to start a decoder for each.
 * @param {Buffer} bytes
 * @param {string} name what the error calls it
 */
export function samplesOfWav(bytes, name) {
  const plain = bytes.length > HEADER && bytes.subarray(8, 40).equals(wavOf(NOTHING).subarray(8, 40));
  if (!plain)
    throw new Error(
      `five-digits: ${name} is no WAV file of 8 kHz, mono, 16 bits; take the recordings as they were published.`,
    );
  const count = Math.floor((bytes.length - HEADER) / 2);
  return Float32Array.from({ length: count }, (_, at) => bytes.readInt16LE(HEADER + 2 * at) / 32767);
}
