/** Zero crossings of the sinc on either side. */
const CROSSINGS = 16;

/**
 * Brings samples to another rate by a sinc under a Hann window, cut off at half the lower rate (Smith 1984, "A flexible
 * sampling-rate conversion method"). Beyond the edges there is silence.
 */
export function resample(samples: ArrayLike<number>, from: number, to: number): Float32Array {
  if (from === to) return Float32Array.from(samples);
  const cutoff = Math.min(1, to / from);
  const reach = CROSSINGS / cutoff;
  return Float32Array.from({ length: Math.round((samples.length * to) / from) }, (_, index) => {
    const place = (index * from) / to;
    let sum = 0;
    const last = Math.min(samples.length - 1, Math.floor(place + reach));
    for (let at = Math.max(0, Math.ceil(place - reach)); at <= last; at++)
      sum += samples[at]! * kernel((at - place) * cutoff) * cutoff;
    return sum;
  });
}

function kernel(x: number): number {
  const angle = Math.PI * x;
  return (x === 0 ? 1 : Math.sin(angle) / angle) * (0.5 + 0.5 * Math.cos(angle / CROSSINGS));
}
