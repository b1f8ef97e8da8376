/** One triangular filter: its first frequency bin and the weights from there. */
export interface MelFilter {
  readonly start: number;
  readonly weights: Float32Array;
}

const BREAK_HERTZ = 1000;
const HERTZ_PER_MEL = 200 / 3;
const LOG_STEP = Math.log(6.4) / 27;

/** Slaney's mel scale (Auditory Toolbox, 1998): linear up to 1 kHz, logarithmic above. */
export function hertzToMel(hertz: number): number {
  if (hertz < BREAK_HERTZ) return hertz / HERTZ_PER_MEL;
  return BREAK_HERTZ / HERTZ_PER_MEL + Math.log(hertz / BREAK_HERTZ) / LOG_STEP;
}

/** The inverse of `hertzToMel`. */
export function melToHertz(mel: number): number {
  const above = mel - BREAK_HERTZ / HERTZ_PER_MEL;
  return above < 0 ? mel * HERTZ_PER_MEL : BREAK_HERTZ * Math.exp(LOG_STEP * above);
}

/** Centres in hertz of `mels` filters from 0 to half the rate, equally far apart in mel, their outer edges included. */
export function melEdges(mels: number, rate: number): number[] {
  const top = hertzToMel(rate / 2);
  return Array.from({ length: mels + 2 }, (_, index) => melToHertz((top * index) / (mels + 1)));
}

/**
 * Triangles of unit area over the bins of an FFT, the filter bank of Whisper (Radford et al. 2022) and librosa's default.
 * A filter narrower than a bin has no weights.
 */
export function melFilters(mels: number, fftSize: number, rate: number): MelFilter[] {
  const edges = melEdges(mels, rate);
  return Array.from({ length: mels }, (_, mel) => {
    const [low, centre, high] = edges.slice(mel, mel + 3) as [number, number, number];
    const start = Math.floor((low * fftSize) / rate) + 1;
    const end = Math.ceil((high * fftSize) / rate);
    const weights = Float32Array.from({ length: Math.max(0, end - start) }, (_, index) => {
      const hertz = ((start + index) * rate) / fftSize;
      return (Math.min((hertz - low) / (centre - low), (high - hertz) / (high - centre)) * 2) / (high - low);
    });
    return { start, weights };
  });
}
