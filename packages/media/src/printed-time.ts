/**
 * The number that a filter printed by `print(…, 16)`, or undefined for any other line of ffmpeg. NaN when the frame has
 * no time.
 */
export function printedTime(line: string, level: 'error' | 'warning' = 'error'): number | undefined {
  const match = PRINTED.exec(line);
  return match?.[1] === level ? Number(match[2]!.replace('-nan', 'nan')) : undefined;
}

const PRINTED = /^(?:\[Eval @ \w+\] )?\[(error|warning)\] (-?\d+\.\d{6}|-?nan)$/;
