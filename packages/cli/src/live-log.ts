import type { LiveCounts, LiveReport, LiveResult, Match, ModalkitError } from '@modalkit/core';
import type { Output } from './output.js';

/** Tells what a live session says: to people what changes, to programs everything. */
export interface LiveLog {
  report(report: LiveReport): void;
  /** The sums, and the latencies. */
  end(
    counts: Readonly<Record<string, LiveCounts>>,
    counters: Readonly<Record<string, Readonly<Record<string, number>>>>,
  ): void;
  /** Why streams were lost. */
  readonly lost: readonly ModalkitError[];
}

export function liveLog(output: Output): LiveLog {
  const lost: ModalkitError[] = [];
  const latencies: number[] = [];
  let answered = 0;
  const last = new Map<string, string>();
  const result = (report: LiveResult) => {
    latencies[answered++ % KEPT] = report.latencyMs;
    output.result(plainResult(report));
    const said = answerOf(report);
    if (last.get(report.input) === said.key) return;
    last.set(report.input, said.key);
    output.say(
      `${at(report.time[1])}  ${said.text}  (${report.inputs.join(' + ')}, ${report.latencyMs.toFixed(1)} ms)`,
    );
  };
  return {
    lost,
    report: (report) => {
      if (report.kind === 'result') return result(report);
      if (report.kind === 'end' && report.error) lost.push(report.error);
      if (report.kind === 'gap' || report.kind === 'end') last.delete(report.input);
      const { error, ...rest } = { error: undefined, ...report };
      output.result({ ...rest, ...(error && { error: error.message }) });
      output.say(sentence(report));
    },
    end: (counts, counters) => {
      const latencyMs = { median: quantile(latencies, 0.5), p99: quantile(latencies, 0.99) };
      output.result({ kind: 'summary', counts, counters, latencyMs });
      for (const [input, { windows, answered, bad, dropped }] of Object.entries(counts))
        output.say(`${input}: ${windows} windows, ${answered} answered, ${bad} bad, ${dropped} dropped`);
      if (latencies.length > 0)
        output.say(`Latency: median ${latencyMs.median!.toFixed(1)} ms, p99 ${latencyMs.p99!.toFixed(1)} ms`);
    },
  };
}

/** What is said for people, and what of it must change to be said again. */
function answerOf({ classes, scores, matches, inputs }: LiveResult): { key: string; text: string } {
  const best = matches.filter(({ input }, index) => matches.findIndex((match) => match.input === input) === index);
  const answers = [
    ...Object.entries(classes).map(([head, { name, score }]) => ({ from: head, name, score })),
    ...best.map((match) => ({ from: match.input, name: wordsOf(match), score: match.score })),
  ];
  const numbers = Object.entries(scores).flatMap(([head, outputs]) =>
    Object.entries(outputs).map(([output, value]) => `${head}/${output}: ${value.toFixed(2)}`),
  );
  const said = answers.map(({ from, name, score }) => `${from}: ${name} ${score.toFixed(2)}`);
  const text = [...said, ...numbers].join('  ');
  return { key: JSON.stringify([inputs, answers.map(({ name }) => name)]), text: text || 'no answer' };
}

/** A sample by its words where it has some, else by its id. */
function wordsOf({ sample, input }: Match): string {
  const raw = sample.inputs[input];
  return typeof raw === 'string' ? JSON.stringify(raw.slice(0, 60)) : sample.id;
}

function plainResult({ matches, classes, ...result }: LiveResult): object {
  const plain = matches.map(({ input, score, sample: { id, inputs, targets } }) => ({
    ...{ input, id, score, targets },
    value: typeof inputs[input] === 'string' ? inputs[input] : null,
  }));
  const named = Object.entries(classes).map(([head, { name, score }]) => ({ head, name, score }));
  return { ...result, classes: named, matches: plain };
}

function sentence(report: Exclude<LiveReport, LiveResult>): string {
  const { input } = report;
  if (report.kind === 'gap')
    return `${at(report.time[1])}  ${input}: a gap of ${(report.time[1] - report.time[0]).toFixed(1)} s: ${report.reason}`;
  if (report.kind === 'silent') return `${input}: nothing for ${report.seconds.toFixed(1)} s, it counts as absent`;
  if (report.kind === 'drift') return `${at(report.time[1])}  ${input}: ${driftOf(report)}`;
  if (report.kind === 'bad') return `${at(report.time[1])}  ${input}: left out a window: ${report.reason}`;
  return report.error ? `${input}: lost: ${report.error.message}` : `${input}: at its end`;
}

function driftOf({ series, mean, deviation, over }: Extract<LiveReport, { kind: 'drift' }>): string {
  const found = `mean ${mean.toFixed(1)} deviations off, deviation ${deviation.toFixed(2)} times that of training`;
  return over
    ? `${series} is as in training again: ${found}`
    : `${series} drifts from what it was in training: ${found}`;
}

function at(seconds: number): string {
  return `${seconds.toFixed(1).padStart(7)} s`;
}

/** Latencies that are kept: of the newest answers, so that days of them take no more memory than minutes. */
const KEPT = 10_000;

/** The nearest rank; undefined of nothing. */
function quantile(values: readonly number[], share: number): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}
