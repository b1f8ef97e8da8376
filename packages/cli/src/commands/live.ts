import { headsAsked, type LiveFeed, ModalkitError, type Runtime } from '@modalkit/core';
import { checkFeeds, type FeedFlags, openFeeds } from '../live-feeds.js';
import { liveLog } from '../live-log.js';
import { positiveNumber, wholeNumber } from '../numbers.js';
import type { BackendFlags } from '../open-backend.js';
import { openTrained } from '../open-trained.js';
import { createOutput } from '../output.js';
import { searchable } from '../searchable.js';
import { stopOnSignals } from '../signals.js';

export interface LiveFlags extends BackendFlags, FeedFlags {
  readonly run?: string;
  readonly to?: string;
  readonly top: string;
  readonly tolerance: string;
  readonly seconds?: string;
  readonly json?: boolean;
}

/** `modalkit live`. */
export async function live(project: string | undefined, flags: LiveFlags): Promise<void> {
  const output = createOutput(flags.json);
  const signal = stopOnSignals(output.say, 'closing the devices');
  const top = wholeNumber('--top', flags.top)!;
  const tolerance = positiveNumber('--tolerance', flags.tolerance)!;
  const seconds = positiveNumber('--seconds', flags.seconds);
  checkFeeds(flags);
  const model = await openTrained({ ...flags, project }, output);
  const { feeds, lossless, dispose } = await openFeeds(flags, model.runtime);
  const search = { inputs: searched(model.runtime, feeds, flags.to), top };
  const log = liveLog(output);
  const length = seconds === undefined ? [] : [AbortSignal.timeout(seconds * 1000)];
  const session = model.live(feeds, {
    ...{ tolerance, search, lossless, notice: output.say },
    signal: AbortSignal.any([signal, ...length]),
  });
  for (const [input, { source }] of Object.entries(feeds)) output.say(`${input}: ${source.address}`);
  output.say(`Step ${model.step} of ${model.folder} listens; Ctrl-C ends.`);
  for await (const report of session) log.report(report);
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
