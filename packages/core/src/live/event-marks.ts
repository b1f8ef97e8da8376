import type { RecordingLabel } from './recording-labels.js';

/** An event that begins or ends now. */
export interface Mark {
  readonly label: string;
  readonly time: number;
  readonly kind: 'begin' | 'end';
}

/** Events that are marked while a recording goes on. */
export interface EventMarks {
  /** Begins an event, or ends it when one of this label goes on. */
  toggle(label: string, source: string): Mark;
  /** Marks the recording as a whole. */
  whole(label: string, source: string): void;
  /** All events until a second of the recording; those that go on end there. */
  until(seconds: number): readonly RecordingLabel[];
}

export function eventMarks(now: () => number): EventMarks {
  const over: RecordingLabel[] = [];
  const open = new Map<string, Omit<RecordingLabel, 'end'>>();
  return {
    toggle: (label, source) => {
      const [time, begun] = [milliseconds(now()), open.get(label)];
      if (begun) over.push({ ...begun, end: time });
      if (begun) open.delete(label);
      else open.set(label, { start: time, label, source });
      return { label, time, kind: begun ? 'end' : 'begin' };
    },
    whole: (label, source) => {
      open.set(label, { start: 0, label, source });
    },
    until: (seconds) => {
      const last = milliseconds(seconds);
      return [...over, ...[...open.values()].map((begun) => ({ ...begun, end: last }))]
        .filter(({ start }) => start <= last)
        .map(({ start, end, ...rest }) => ({ start, end: Math.min(end, last), ...rest }))
        .sort((a, b) => a.start - b.start);
    },
  };
}

/** Rounded down, so that no event ends after its recording. */
function milliseconds(seconds: number): number {
  return Math.floor(seconds * 1000) / 1000;
}
