/** Whisper's dynamic range in log10 of power: 80 dB. */
const RANGE = 8;

/** What a clip's log-mel values are raised to: 8 below the largest of them. */
export function clipFloor(mel: Float32Array): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < mel.length; index++) if (mel[index]! > largest) largest = mel[index]!;
  return largest - RANGE;
}
