import type { Backend } from '@modalkit/contract';
import type { SavedState } from './saved-state.js';

/** What is told when a run goes on upon another backend than it began on. */
export function backendNotice(before: Partial<SavedState['backend']>, backend: Backend): string | undefined {
  const now: Record<string, unknown> = { ...backend };
  const changed = Object.entries(before).filter(([key, value]) => now[key] !== value);
  if (changed.length === 0) return undefined;
  const list = changed.map(([key, value]) => `${key} ${value} -> ${now[key]}`).join(', ');
  return `This is not the backend of the first start (${list}): the run goes on, but not to the same bytes.`;
}
