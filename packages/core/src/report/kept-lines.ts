const NEWLINE = 10;

/**
 * How many bytes of a metrics file a run resumed after `step` keeps: whole lines up to the first one of a later step.
 * Lines after that are repeated by the resumed run; a torn last line has no newline and is left out.
 */
export function keptLines(content: Buffer, step: number): number {
  let start = 0;
  for (let end = content.indexOf(NEWLINE); end >= 0; end = content.indexOf(NEWLINE, start)) {
    if (stepOfLine(content.toString('utf8', start, end)) > step) return start;
    start = end + 1;
  }
  return start;
}

/** The step of a line; 0 for lines without one and lines that are no JSON. */
function stepOfLine(line: string): number {
  try {
    const { step } = JSON.parse(line) as { step?: unknown };
    return typeof step === 'number' ? step : 0;
  } catch {
    return 0;
  }
}
