import { hertzToMel, melEdges } from './mel-filters.js';

/** Share of half the rate up to which frequencies are scaled alike: 4800 Hz of 8000. */
const STRAIGHT = 0.6;

/**
 * From which place on the mel axis each mel is read when frequencies are scaled by `factor`; the part above bends back, so
 * that half the rate stays where it is. Vocal tract length perturbation, Jaitly and Hinton 2013.
 */
export function warpPlaces(mels: number, rate: number, factor: number): Float64Array {
  const half = rate / 2;
  const straight = STRAIGHT * half * Math.min(factor, 1);
  const bend = straight / factor;
  const warped = (hertz: number) =>
    hertz <= bend ? hertz * factor : half - ((half - straight) / (half - bend)) * (half - hertz);
  const perMel = (mels + 1) / hertzToMel(half);
  const centres = melEdges(mels, rate).slice(1, -1);
  return Float64Array.from(centres, (hertz, mel) => (factor === 1 ? mel : hertzToMel(warped(hertz)) * perMel - 1));
}
