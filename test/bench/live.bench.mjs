// How long a live answer takes and what memory days of them take: four streams, watched as `modalkit live --alarm` does.
//   npm run bench -- live --json [--hours 0.5] [--seconds 60]
// The delay is that of streams at their own pace, for so many seconds. Memory is that of the same minute of recording played
// again and again, as fast as it is taken, for so many hours of its own time; --hours 24 is a day. rssSlopeMb is by hour of it.
import { parseArgs } from 'node:util';
import { KeptEvents, watchAlarms, watchedOf } from '@modalkit/core';
import { load } from 'modalkit';
import { liveProject, MINUTE } from './live/project.mjs';

const PACE = 1;
/** Of the soak: what is allocated once is not growth. */
const WARM_UP = 0.25;
const RULE = { raise: 0.5, clear: 0.4, minSeconds: 1 };

export async function bench(args) {
  const text = { type: 'string' };
  const options = { hours: text, seconds: text, json: { type: 'boolean' } };
  const { values } = parseArgs({ args, options, allowPositionals: true });
  const hours = Number(values.hours ?? 0.5);
  const project = await liveProject();
  try {
    const model = await load(project.run, { project: project.folder });
    const feeds = project.feeds(model.runtime);
    const delays = await delaysOf(model, feeds, Number(values.seconds ?? 60));
    const soak = await soakOf(model, feeds, hours);
    await model.dispose();
    return {
      p99Ms: rank(delays.ms, 0.99),
      medianMs: rank(delays.ms, 0.5),
      answers: delays.ms.length,
      dropped: delays.dropped,
      ...soak,
      hours,
      streams: Object.keys(feeds).length,
    };
  } finally {
    await project.remove();
  }
}

async function delaysOf(model, feeds, seconds) {
  const open = (source, file) => (context) => source.replay(file, PACE, context);
  const { session, take } = watch(model, feeds, open, { signal: AbortSignal.timeout(seconds * 1000) });
  const ms = [];
  for await (const report of session) {
    if (report.kind !== 'result') continue;
    ms.push(report.latencyMs);
    take(report);
  }
  const dropped = Object.values(session.counts()).reduce((sum, each) => sum + each.dropped, 0);
  return { ms, dropped };
}

async function soakOf(model, feeds, hours) {
  const loops = Math.max(1, Math.round((hours * 3600) / MINUTE));
  const open = (source, file) => (context) => again(source, file, loops, context);
  const { session, take } = watch(model, feeds, open, { lossless: true });
  const [began, cpu] = [performance.now(), process.cpuUsage()];
  const samples = [];
  let [first, next, told] = [undefined, 0, 1];
  for await (const report of session) {
    if (report.kind !== 'result') continue;
    take(report);
    first ??= report.time[0];
    const at = (report.time[1] - first) / 3600;
    if (at < next) continue;
    const mb = process.memoryUsage.rss() / 2 ** 20;
    samples.push({ at, mb });
    next = at + hours / 400;
    if (at < told) continue;
    console.error(`played ${told} of ${hours} h, ${Math.round(mb)} MB`);
    told++;
  }
  const late = samples.filter(({ at }) => at >= WARM_UP * hours);
  const soaked = Object.values(session.counts()).reduce((sum, each) => sum + each.answered, 0);
  const { user, system } = process.cpuUsage(cpu);
  return {
    rssSlopeMb: round(slope(late)),
    rssMb: Math.round(late.at(-1).mb),
    // Processor time of all threads, reading the recordings included: other work on the machine does not change it.
    cpuMs: round((user + system) / 1000 / soaked),
    soaked,
    soakSeconds: Math.round((performance.now() - began) / 1000),
  };
}

/** A session that is watched for alarms, with what is kept for their recordings. */
function watch(model, feeds, open, options) {
  const events = new KeptEvents(16);
  const heard = Object.entries(feeds).map(([name, { source, file }]) => [
    name,
    events.overhear(name, { source, open: open(source, file) }),
  ]);
  const session = model.live(Object.fromEntries(heard), options);
  const dateOf = (seconds) => session.dateOf(seconds);
  const watched = [watchedOf(model.runtime, 'state')];
  return { session, take: watchAlarms({ watched, rule: RULE, to: [], open: [], dateOf }) };
}

/** A recording as fast as it is taken, again and again, each time after the time before. */
function again(source, file, loops, context) {
  return {
    counters: () => ({}),
    async *[Symbol.asyncIterator]() {
      const start = context.now();
      for (let loop = 0; loop < loops && !context.signal.aborted; loop++) {
        const now = () => start + loop * MINUTE;
        for await (const event of source.replay(file, Number.POSITIVE_INFINITY, { ...context, now }))
          yield event.kind === 'data' ? { ...event, arrived: context.now() } : event;
      }
    },
  };
}

/** Of a straight line through the samples (least squares), by hour. */
function slope(samples) {
  const mean = (of) => samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length;
  const [at, mb] = [mean((sample) => sample.at), mean((sample) => sample.mb)];
  return mean((sample) => (sample.at - at) * (sample.mb - mb)) / mean((sample) => (sample.at - at) ** 2);
}

function rank(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return round(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]);
}

const round = (value) => Number(value.toFixed(2));
