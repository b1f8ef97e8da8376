/**
 * Sound of any kind as 32-bit floats at one rate and number of channels. A mix is a mean, so that it never exceeds full
 * scale.
 * @param steady fill holes of more than a tenth of a second with silence
 */
export function soundFilter(sampleRate: number, channels: number, steady: boolean): string {
  const rate = `aresample=${sampleRate}:rematrix_maxval=1${steady ? ':async=1' : ''}`;
  return `${rate},aformat=sample_fmts=flt:channel_layouts=${channels}c`;
}
