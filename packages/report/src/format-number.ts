const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** A number for people, three significant places or so: 0.973, 12.5, 4,096, 3.1e-4; a dash when it is not finite. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (size >= 1000 || Number.isInteger(value)) return grouped.format(value);
  if (size >= 100) return value.toFixed(1);
  if (size >= 10) return value.toFixed(2);
  return size >= 0.001 ? value.toFixed(3) : value.toExponential(1);
}

/** Seconds for people: 0.42 s, 38 s, 4 min 12 s, 2 h 3 min. */
export function formatSeconds(seconds: number): string {
  if (!Number.isFinite(seconds)) return '–';
  if (seconds < 10) return `${seconds.toFixed(2)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** A measured value or a bound of its interval: a share always has three places, so that columns line up. */
export function formatMeasured(value: number): string {
  return Number.isFinite(value) && Math.abs(value) <= 1 ? value.toFixed(3) : formatNumber(value);
}
