import { join, resolve } from 'node:path';
import {
  type AlarmBegin,
  type AlarmEnd,
  type AlarmNews,
  type AlarmRule,
  inputShares,
  type KeptEvents,
  keepRecording,
  type LiveReport,
  type LiveResult,
  type LiveSession,
  openAlarms,
  type RecordedSource,
  type Watched,
  watchAlarms,
} from '@modalkit/core';
import type { Output } from '../output.js';
import { clockWatch } from './clock-watch.js';
import { Deliveries } from './deliveries.js';
import { dropWatch } from './drop-watch.js';
import type { Place } from './place.js';

/** The alarms of a live session, from its reports to where they go. */
export interface LiveAlarms {
  take(report: LiveReport): Promise<void>;
  /** @param over nothing follows: the alarms that go on end here */
  close(over: boolean): Promise<void>;
}

export interface AlarmParts {
  readonly folder: string;
  readonly rule: AlarmRule;
  readonly watched: readonly Watched[];
  readonly places: readonly Place[];
  /** Seconds before and after an alarm begins that are kept as a recording; 0 keeps none. */
  readonly keep: number;
  readonly events: KeptEvents;
  readonly sources: Readonly<Record<string, RecordedSource>>;
  readonly session: LiveSession;
  readonly output: Output;
}

/** @throws ModalkitError as `openAlarms` does */
export async function liveAlarms(parts: AlarmParts): Promise<LiveAlarms> {
  const { rule, watched, places, session, output } = parts;
  const folder = resolve(parts.folder);
  const journal = await openAlarms(folder);
  const event = (kind: string, about: object) => {
    void journal.append({ kind, at: new Date().toISOString(), ...about });
  };
  const deliveries = new Deliveries({
    ...{ places, folder },
    delivered: ({ id, kind }, to, attempts) =>
      void journal.append({ kind: 'delivered', id, of: kind, to, at: new Date().toISOString(), attempts }),
    failed: ({ id, kind }, to, reason) => {
      event('undelivered', { id, of: kind, to, reason });
      output.say(`Alarm ${id} has not got to ${to}: ${reason}; it is tried again.`);
    },
  });
  const open = new Map(journal.open.map((entry) => [entry.id, entry]));
  const write = async (entry: AlarmBegin | AlarmEnd) => {
    if (entry.kind === 'begin') open.set(entry.id, entry);
    else open.delete(entry.id);
    output.result({ ...entry, kind: 'alarm', phase: entry.kind });
    if (!(await journal.append(entry))) output.say(`${journal.path}: the disk takes no more; it is tried again.`);
    for (const to of entry.to) deliveries.add(entry, to);
  };
  const writing = new Set<Promise<unknown>>();
  const later = (work: Promise<unknown>) => {
    writing.add(work);
    void work.finally(() => writing.delete(work));
  };
  const ends = ({ id, watch, began, peak, mean, windows, to }: AlarmBegin, reason: string) => {
    output.say(`Alarm ${watch} ends: ${reason}.`);
    const ended = new Date().toISOString();
    later(write({ kind: 'end', ...{ id, watch, began, ended, peak, mean, windows, to, reason } }));
  };
  const to = places.map(({ name }) => name);
  event('watching', { watch: watched.map(({ name }) => name), ...rule, to, open: [...open.keys()] });
  for (const entry of journal.open) {
    if (watched.some(({ name }) => name === entry.watch))
      output.say(`Alarm ${entry.watch} of an earlier session goes on.`);
    else ends(entry, 'it is not watched any more');
  }
  for (const { entry, to } of journal.undelivered) deliveries.add(entry, to);

  const dateOf = (seconds: number) => session.dateOf(seconds);
  const take = watchAlarms({ watched, rule, to, open: journal.open, dateOf });
  const jumped = clockWatch(() => dateOf(0));
  const drops = dropWatch(session);
  const stop = new AbortController();
  const keep = async (id: string, watch: string, [began, raised]: readonly [number, number]) => {
    const time = [began - parts.keep, raised + parts.keep] as const;
    const label = { name: watch, from: began };
    const kept = { ...{ events: parts.events, sources: parts.sources, time, label, dateOf }, signal: stop.signal };
    try {
      const { recording } = await keepRecording({ ...kept, folder: join(folder, id) });
      event('kept', { id, recording: id, seconds: recording.seconds });
    } catch (error) {
      event('not kept', { id, reason: (error as Error).message });
      output.say(`The recording of alarm ${id} is not whole: ${(error as Error).message}`);
    }
  };
  const tell = async (news: AlarmNews, result: LiveResult) => {
    const { time } = result;
    if (!('change' in news)) {
      output.say(sentenceOf(news, result));
      return later(write({ ...news.entry, time }));
    }
    const { id } = news.entry;
    const { began, raised } = news.change;
    const shares = await inputShares(session, result, news.watched);
    output.say(sentenceOf(news, result, shares));
    const recording = parts.keep > 0 ? { recording: id } : {};
    later(write({ ...news.entry, time, seconds: [began, raised], inputs: shares, ...answersOf(result), ...recording }));
    if (parts.keep > 0) later(keep(id, news.entry.watch, [began, raised]));
  };
  return {
    take: async (report) => {
      const jump = jumped();
      if (jump !== undefined) {
        event('clock', { seconds: jump });
        output.say(
          `The date of this computer was set by ${jump.toFixed(1)} s; times of the session are not changed by it.`,
        );
      }
      for (const dropped of drops()) event('dropped', dropped);
      if (report.kind !== 'result') return event(...eventOf(report));
      for (const news of take(report)) await tell(news, report);
    },
    close: async (over) => {
      if (over) for (const entry of [...open.values()]) ends(entry, 'the recording is over');
      stop.abort();
      await Promise.all(writing);
      const left = await deliveries.close();
      if (left > 0) output.say(`${left} alarms have not got where they go; the next session delivers them.`);
      for (const dropped of drops(true)) event('dropped', dropped);
      event('stopped', { open: [...open.keys()], counts: session.counts(), counters: session.counters() });
      await journal.close();
      if (journal.waiting > 0) output.say(`${journal.path}: the disk took no more; ${journal.waiting} lines are lost.`);
    },
  };
}

function answersOf({ classes, scores }: LiveResult): object {
  const said = Object.entries(classes).map(([head, { name, score }]) => [head, { name, score }]);
  return { classes: Object.fromEntries(said), scores };
}

function eventOf(report: Exclude<LiveReport, LiveResult>): [string, object] {
  const { kind, ...about } = report;
  if (report.kind !== 'end') return [kind, about];
  return [
    report.error ? 'lost' : 'over',
    { input: report.input, ...(report.error && { reason: report.error.message }) },
  ];
}

function sentenceOf({ entry }: AlarmNews, { time }: LiveResult, shares: Readonly<Record<string, number>> = {}): string {
  const at = `${time[1].toFixed(1).padStart(7)} s  Alarm ${entry.watch}`;
  const levels = `peak ${entry.peak.toFixed(2)}, mean ${entry.mean.toFixed(2)}`;
  if (entry.kind === 'end') return `${at} ends: ${levels}, since ${entry.began}`;
  const inputs = Object.entries(shares).map(([input, share]) => `${input} ${share.toFixed(2)}`);
  return `${at} begins: ${levels}, since ${entry.began}  (${inputs.join(', ')})`;
}
