import { headsAsked, KeptEvents, type LiveFeed, ModalkitError, type Runtime } from '@modalkit/core';
import { type AlarmFlags, alarmsAsked, watchedBy } from '../alarm/alarm-flags.js';
import { type LiveAlarms, liveAlarms } from '../alarm/live-alarms.js';
import { checkFeeds, type FeedFlags, openFeeds } from '../live-feeds.js';
import { liveLog } from '../live-log.js';
import { positiveNumber, wholeNumber } from '../numbers.js';
import type { BackendFlags } from '../open-backend.js';
import { openTrained } from '../open-trained.js';
import { createOutput } from '../output.js';
import { searchable } from '../searchable.js';
import { stopOnSignals } from '../signals.js';

export interface LiveFlags extends AlarmFlags, BackendFlags, FeedFlags {
  readonly run?: string;
  readonly to?: string;
  readonly top: string;
  readonly tolerance: string;
  readonly seconds?: string;
  readonly drift?: string;
  readonly json?: boolean;
}

/** Seconds of events that are kept besides: those of a window, and until its answer. */
const SLACK_SECONDS = 10;

/** `modalkit live`. */
export async function live(project: string | undefined, flags: LiveFlags): Promise<void> {
  const output = createOutput(flags.json);
  const signal = stopOnSignals(output.say, 'closing the devices');
  const top = wholeNumber('--top', flags.top)!;
  const tolerance = positiveNumber('--tolerance', flags.tolerance)!;
  const seconds = positiveNumber('--seconds', flags.seconds);
  const drift = positiveNumber('--drift', flags.drift);
  checkFeeds(flags);
  const asked = alarmsAsked(flags);
  const model = await openTrained({ ...flags, project }, output);
  const { feeds, made, lossless, dispose } = await openFeeds(flags, model.runtime);
  const watched = asked && watchedBy(model.runtime, flags.watch, Object.keys(feeds));
  const events = new KeptEvents(asked ? asked.keep + asked.rule.minSeconds + SLACK_SECONDS : 0);
  const search = { inputs: searched(model.runtime, feeds, flags.to), top };
  const log = liveLog(output);
  const length = seconds === undefined ? [] : [AbortSignal.timeout(seconds * 1000)];
  const ending = AbortSignal.any([signal, ...length]);
  const heard = Object.entries(feeds).map(([name, feed]) => [name, events.overhear(name, feed)] as const);
  const session = model.live(asked ? Object.fromEntries(heard) : feeds, {
    ...{ tolerance, search, lossless, drift, notice: output.say },
    signal: ending,
  });
  for (const [input, { source }] of Object.entries(feeds)) output.say(`${input}: ${source.address}`);
  output.say(`Step ${model.step} of ${model.folder} listens; Ctrl-C ends.`);
  const sources = Object.fromEntries(
    Object.entries(feeds).map(([name, { source }]) => [name, { source, made: made[name]! }]),
  );
  let alarms: LiveAlarms | undefined;
  if (asked && watched)
    alarms = await liveAlarms({ ...asked, folder: flags.alarms, watched, events, sources, session, output });
  for await (const report of session) {
    log.report(report);
    await alarms?.take(report);
  }
  await alarms?.close(flags.from !== undefined && !ending.aborted);
  log.end(session.counts(), session.counters());
  await dispose();
  await model.dispose();
  if (log.lost.length === Object.keys(feeds).length && !signal.aborted) throw log.lost[0];
}

/** Which inputs are searched for matches of each input: the one that was asked for, or others where no head answers. */
function searched(runtime: Runtime, feeds: Readonly<Record<string, LiveFeed>>, to: string | undefined) {
  if (to !== undefined && !runtime.inputs[to])
    throw new ModalkitError(
      'USAGE',
      `--to ${to}: there is no such input; there are: ${runtime.inputNames.join(', ')}.`,
    );
  const of = (input: string) => {
    if (to !== undefined) return [to];
    // refused by name where the session is made
    if (!runtime.inputs[input]) return [];
    const answers = headsAsked(runtime, Object.keys(feeds), input).some((head) => !runtime.heads[head]!.decoder);
    return answers ? [] : searchable(runtime, input);
  };
  return Object.fromEntries(Object.keys(feeds).map((input) => [input, of(input)]));
}
