import type { Reporter, RunEvent } from '@modalkit/contract';
import { isInteractive, type Output } from './output.js';

type StepEvent = Extract<RunEvent, { kind: 'step' }>;
type ProgressEvent = Extract<RunEvent, { kind: 'progress' }>;

/** Milliseconds between lines: a live line in a terminal, now and then a plain one elsewhere. */
const LIVE_MS = 100;
const PLAIN_MS = 5000;

/** Shows a run, and longer tasks, as they go: rate, ETA, loss, memory, share of time that waited for data. */
export function consoleReporter(output: Output): Reporter {
  const stream = output.json ? process.stderr : process.stdout;
  const live = isInteractive(stream);
  let last = 0;
  let shown = false;
  let task = { name: '', began: 0, from: 0 };
  const clear = () => {
    if (shown) stream.write('\r\u001b[2K');
    shown = false;
  };
  const line = (text: string) => {
    clear();
    stream.write(`${text}\n`);
  };
  const passing = (text: string, final: boolean) => {
    const now = performance.now();
    if (!final && last !== 0 && now - last < (live ? LIVE_MS : PLAIN_MS)) return;
    last = now;
    if (!live || final) return line(text);
    stream.write(`\r\u001b[2K${text.slice(0, (stream.columns ?? 80) - 1)}`);
    shown = true;
  };
  return {
    id: 'console',
    report(event) {
      if (event.kind === 'step') return passing(stepLine(event), event.step === 1 || event.step === event.steps);
      if (event.kind === 'progress') {
        const now = performance.now();
        if (event.task !== task.name) task = { name: event.task, began: now, from: event.done };
        const perSecond = (1000 * (event.done - task.from)) / (now - task.began);
        return passing(progressLine(event, perSecond), event.done === event.total);
      }
      const text = sentence(event);
      if (text) line(text);
    },
    close: clear,
  };
}

function stepLine({ step, steps, values, samplesPerSecond, etaSeconds, dataWaitShare, rssMb }: StepEvent): string {
  const parts = [
    `step ${step}/${steps}`,
    `loss ${(values.loss ?? Number.NaN).toFixed(4)}`,
    `${samplesPerSecond.toFixed(0)} samples/s`,
    `ETA ${duration(etaSeconds)}`,
    `data wait ${(100 * dataWaitShare).toFixed(0)} %`,
    `${rssMb.toFixed(0)} MB`,
  ];
  return parts.join('  ');
}

function progressLine({ task, done, total }: ProgressEvent, perSecond: number): string {
  const line = `${task}: ${done} of ${total}`;
  if (!(perSecond > 0)) return line;
  const rate = perSecond.toFixed(perSecond < 10 ? 1 : 0);
  return `${line}  ${rate}/s  ETA ${duration((total - done) / perSecond)}`;
}

function sentence(event: RunEvent): string | undefined {
  if (event.kind === 'start')
    return event.resumed
      ? `Going on from step ${event.step} of ${event.steps} in ${event.folder}`
      : `Training ${event.steps} steps into ${event.folder}`;
  if (event.kind === 'quarantine')
    return `Quarantined ${event.sample.id} (${event.sample.stage}): ${event.sample.reason}`;
  if (event.kind === 'notice') return event.message;
  if (event.kind === 'checkpoint') return `Saved step ${event.step}`;
  if (event.kind === 'end' && event.reason === 'stopped')
    return `Stopped after step ${event.step}; the same command goes on from there.`;
  return undefined;
}

/** `1:05`, `2:03:04`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}
