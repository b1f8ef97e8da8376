/** A line of ffmpeg without its level and addresses in memory. */
export function plainLine(line: string): string {
  return line
    .replace(/\[[^\]]* @ \w+\] /g, '')
    .replace(/^\[\w+\] /, '')
    .trim();
}
