import type { RecordingLabel } from '../live/recording-labels.js';
import { covered, type Span } from './spans.js';

/** Which event a window is called after. */
export type LabelRule = 'any' | 'majority' | 'onset';

/**
 * The label of a window: `any` that touches it, the one that fills most of it; `majority`, one that fills more than half of it;
 * `onset`, the first that begins in it.
 * @param events those that touch the window
 */
export function labelOf(rule: LabelRule, events: readonly RecordingLabel[], window: Span): string | undefined {
  if (rule === 'onset') return first(events.filter(({ start }) => start >= window.start))?.label;
  const names = new Set(events.map(({ label }) => label));
  const ranked = [...names]
    .map((name) => {
      const own = events.filter(({ label }) => label === name);
      return { label: name, seconds: covered(own, window), start: first(own)!.start };
    })
    .sort((a, b) => b.seconds - a.seconds || a.start - b.start);
  const most = ranked[0];
  if (!most) return undefined;
  return rule === 'any' || most.seconds > (window.end - window.start) / 2 ? most.label : undefined;
}

function first(events: readonly RecordingLabel[]): RecordingLabel | undefined {
  return events.reduce<RecordingLabel | undefined>(
    (best, event) => (best && best.start <= event.start ? best : event),
    undefined,
  );
}
