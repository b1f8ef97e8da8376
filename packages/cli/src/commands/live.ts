import { resolve } from 'node:path';
import { classHeads, type LiveFeed, LiveSession, ModalkitError, openLiveModel, type Runtime } from '@modalkit/core';
import { newestRun } from '../find-project.js';
import { type FeedFlags, planFeeds } from '../live-feeds.js';
import { liveLog } from '../live-log.js';
import { positiveNumber, wholeNumber } from '../numbers.js';
import { type BackendFlags, openBackend } from '../open-backend.js';
import { createOutput } from '../output.js';
import { configOfRun, runtimeOfRun } from '../project-of-run.js';
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
  const folder = flags.run ? resolve(flags.run) : await newestRun();
  const configPath = await configOfRun(folder, project);
  const plan = await planFeeds(flags, configPath);
  const runtime = await runtimeOfRun(folder, configPath, plan.change);
  const feeds = plan.feeds(runtime);
  const search = { inputs: searched(runtime, feeds, flags.to), top };
  const model = await openLiveModel({ runtime, folder, backend: await openBackend(output, flags) });
  for (const { folder: damaged, reason } of model.skipped)
    output.say(`Passed over the damaged checkpoint ${damaged}: ${reason}`);
  const log = liveLog(output);
  const length = seconds === undefined ? [] : [AbortSignal.timeout(seconds * 1000)];
  const session = new LiveSession({
    ...{ model, feeds, tolerance, search, lossless: plan.lossless, notice: output.say },
    signal: AbortSignal.any([signal, ...length]),
  });
  for (const [input, { source }] of Object.entries(feeds)) output.say(`${input}: ${source.address}`);
  output.say(`Step ${model.step} of ${folder} listens; Ctrl-C ends.`);
  for await (const report of session.reports()) log.report(report);
  log.end(session.counts(), session.counters());
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
    return classHeads(runtime, input, Object.keys(feeds)).length > 0 ? [] : searchable(runtime, input);
  };
  return Object.fromEntries(Object.keys(feeds).map((input) => [input, of(input)]));
}
