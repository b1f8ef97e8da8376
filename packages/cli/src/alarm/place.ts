import type { AlarmBegin, AlarmEnd } from '@modalkit/core';

/** What a place is told: the alarm as the file has it, and where its recording is. */
export type Told = (AlarmBegin | AlarmEnd) & { readonly folder: string };

/** Somewhere alarms go. */
export interface Place {
  readonly name: string;
  /** Resolves when the alarm has arrived. @throws Error with the reason, when it has not */
  deliver(alarm: Told, signal: AbortSignal): Promise<void>;
}
