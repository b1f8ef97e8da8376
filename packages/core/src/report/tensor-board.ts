import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Reporter, RunEvent } from '@modalkit/contract';
import { openAppendFile } from './append-file.js';
import { recordFrame } from './record-frame.js';
import { encodeTensorBoardEvent } from './tensor-board-event.js';

/**
 * Writes the numbers of steps and evaluations into the run folder as an event file that TensorBoard reads.
 * Each session of a run has a file of its own; its first records make TensorBoard forget the steps it repeats.
 * @param doneSteps steps the run has behind it, 0 for a new one
 * @throws ModalkitError DISK when the file cannot be opened; `close` throws it when records could not be written
 */
export function createTensorBoard(folder: string, doneSteps: number, now: () => number = Date.now): Reporter {
  const file = openAppendFile(join(folder, eventFileName(now())), (content) => content.length);
  const write = (event: Omit<Parameters<typeof encodeTensorBoardEvent>[0], 'wallTime'>) =>
    file.append(recordFrame(encodeTensorBoardEvent({ wallTime: now() / 1000, ...event })));

  write({ fileVersion: 'brain.Event:2' });
  write({ step: doneSteps === 0 ? 0 : doneSteps + 1, sessionLog: { status: 1 } });
  return {
    id: 'tensor-board',
    report(event) {
      const scalars = scalarsOf(event);
      if (scalars === undefined) return;
      write({
        step: scalars.step,
        summary: { value: scalars.values.map(([tag, simpleValue]) => ({ tag, simpleValue })) },
      });
    },
    close: file.close,
  };
}

/** The process's number keeps two sessions of the same second apart. */
function eventFileName(milliseconds: number): string {
  return `events.out.tfevents.${Math.floor(milliseconds / 1000)}.${hostname()}.${process.pid}`;
}

function scalarsOf(event: RunEvent): { step: number; values: [tag: string, value: number][] } | undefined {
  if (event.kind === 'step') {
    const { step, values, samplesPerSecond, dataWaitShare, rssMb } = event;
    return { step, values: Object.entries({ ...values, samplesPerSecond, dataWaitShare, rssMb }) };
  }
  if (event.kind === 'evaluation') {
    const values = Object.entries(event.values).map(([name, { value }]): [string, number] => [
      `evaluation/${event.split}/${name}`,
      value,
    ]);
    return { step: event.step, values };
  }
  return undefined;
}
