import type { RecordedStream, Recording } from '@modalkit/core';
import { isInteractive, type Output } from './output.js';

/** Shows a recording as it goes. */
export interface RecordProgress {
  show(recording: Recording): void;
  /** A sentence between two lines of progress. */
  notice(message: string): void;
  close(): void;
}

/** A line each second: one that is rewritten in a terminal, a plain one elsewhere. */
export function recordProgress(output: Output): RecordProgress {
  const stream = output.json ? process.stderr : process.stdout;
  const live = isInteractive(stream);
  let last: Recording | undefined;
  let shown = false;
  const clear = () => {
    if (shown) stream.write('\r\u001b[2K');
    shown = false;
  };
  return {
    show: (recording) => {
      if (recording.state !== 'recording' || (last && recording.seconds - last.seconds < 0.95)) return;
      const line = `${recording.seconds.toFixed(0).padStart(5)} s  ${describeStreams(recording, last)}`;
      last = recording;
      clear();
      stream.write(live ? line.slice(0, (stream.columns ?? 80) - 1) : `${line}\n`);
      shown = live;
    },
    notice: (message) => {
      clear();
      output.say(message);
    },
    close: clear,
  };
}

/** `pen 120 packets 50.0/s 1 gap 3 lost`, of each stream; the rate is that since an earlier moment. */
export function describeStreams(recording: Recording, since?: Recording): string {
  return recording.streams
    .map((stream, at) => {
      const [count, before] = [packetsOf(stream), packetsOf(since?.streams[at])];
      const rate = (count - before) / Math.max(1e-3, recording.seconds - (since?.seconds ?? 0));
      return [stream.name, counted(count, 'packet'), `${rate.toFixed(1)}/s`, ...troubles(stream)].join(' ');
    })
    .join(', ');
}

/** One event may hold many packets, frames or blocks; a source that counts them knows better. */
function packetsOf(stream: RecordedStream | undefined): number {
  return stream ? (stream.counters.used ?? stream.events) : 0;
}

/** What a recording's reader must know: gaps and every counter of packets that were not used. */
function troubles({ gaps, counters, lost }: RecordedStream): string[] {
  const kinds = ['late', 'duplicate', 'lost', 'bad', 'dropped'].filter((kind) => (counters[kind] ?? 0) > 0);
  return [
    ...(gaps.length > 0 ? [counted(gaps.length, 'gap')] : []),
    ...kinds.map((kind) => `${counters[kind]} ${kind}`),
    ...(lost ? [`(over at ${lost.time.toFixed(1)} s)`] : []),
  ];
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
