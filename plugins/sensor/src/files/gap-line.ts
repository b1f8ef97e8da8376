import type { TimeSpan } from '@modalkit/contract';

export interface Gap {
  readonly time: TimeSpan;
  readonly reason: string;
}

const GAP = /^# gap (-?[\d.e+-]+) (-?[\d.e+-]+) (.*)$/;

/** What a line `# gap <start> <end> <reason>` of a recording says; undefined for any other line. */
export function gapOfLine(line: string): Gap | undefined {
  const found = GAP.exec(line);
  return found ? { time: [Number(found[1]), Number(found[2])], reason: found[3]! } : undefined;
}
