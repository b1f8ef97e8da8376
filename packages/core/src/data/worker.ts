import { getHeapStatistics } from 'node:v8';
import { parentPort, threadId, workerData } from 'node:worker_threads';
import { ModalkitError } from '@modalkit/contract';
import { beganIn, inHook, nameHook, watchHooks } from '../compose/hook-marks.js';
import { loadProject } from '../compose/load-project.js';
import { markWriter } from '../compose/mark-file.js';
import type { DataProject } from './data-project.js';
import { packError, reasonOf } from './failure.js';
import { type HookGuard, markOf } from './hook-guard.js';
import type { HostBatch } from './host-batch.js';
import { type JobResult, runJob } from './runner.js';
import { type FromWorker, noteCall, noteJob, noteReturn, type ToWorker, type WorkerStart } from './worker-messages.js';
import { OUT_OF_MEMORY } from './worker-seat.js';
import { inputKey, openWorkshop, type Workshop } from './workshop.js';

/** Entry of a worker thread: composes the config, without a tensor library, and carries out jobs one after the other. */
async function main(port: NonNullable<typeof parentPort>, start: WorkerStart): Promise<void> {
  const status = new Int32Array(start.status);
  const send = (message: FromWorker, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer);
  const notice = (message: string): void => send({ kind: 'notice', message });
  watchHooks(start.marks ? markWriter(start.marks, `worker-${threadId}`) : () => undefined);
  process.on('unhandledRejection', (reason) => {
    const mark = beganIn();
    notice(`${mark ? nameHook(mark) : 'A plugin'} left a rejection unhandled: ${reasonOf(reason)}`);
  });
  let workshop: Workshop;
  try {
    workshop = await open(start, status, notice);
  } catch (error) {
    return send({ kind: 'unusable', error: packError(error, 'CONFIG') });
  }
  let last: Promise<void> = Promise.resolve();
  port.on('message', ({ id, job }: ToWorker) => {
    last = last.then(async () => {
      noteJob(status, id);
      try {
        const result = own(await runJob(workshop, job));
        send({ kind: 'done', id, result }, buffersOf(result));
      } catch (error) {
        send({ kind: 'failed', id, error: packError(error) });
      }
    });
  });
  send({ kind: 'ready' });
}

async function open(start: WorkerStart, status: Int32Array, notice: (message: string) => void): Promise<Workshop> {
  const load: (path: string) => Promise<DataProject> = start.loader
    ? (await import(start.loader)).loadProject
    : loadProject;
  const project = { ...(await load(start.configPath)), data: start.data };
  checkSame(project, start);
  const inputs = Object.keys(project.inputs);
  const limit = start.data.memoryLimit * 2 ** 20;
  const guard: HookGuard = async (place, call) => {
    noteCall(status, place, inputs);
    const before = getHeapStatistics().external_memory;
    try {
      const result = await inHook(markOf(project.inputs, place), call);
      if (getHeapStatistics().external_memory - before > limit) process.exit(OUT_OF_MEMORY);
      return result;
    } finally {
      noteReturn(status);
    }
  };
  return openWorkshop(project, start.states, start.root, guard, notice);
}

/** Overrides that were made in memory are not in the config file: then samples would be prepared otherwise. */
function checkSame(project: DataProject, { states, keys, configPath }: WorkerStart): void {
  const different = Object.keys(keys).find(
    (name) => !project.inputs[name] || inputKey(project, states, name) !== keys[name],
  );
  if (different === undefined) return;
  throw new ModalkitError(
    'CONFIG',
    `${configPath}: input "${different}" is composed otherwise in a worker; write the options into the file, or set data.workers to 0.`,
  );
}

/** A batch whose arrays are its own, so that handing them over takes nothing an adapter keeps. */
function own(result: JobResult): JobResult {
  return 'ids' in result ? (copyArrays(result) as HostBatch) : result;
}

function copyArrays(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return (value as Uint8Array).slice();
  if (Array.isArray(value) || typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copyArrays(inner)]));
}

function buffersOf(value: unknown): ArrayBuffer[] {
  if (ArrayBuffer.isView(value)) return [value.buffer as ArrayBuffer];
  if (Array.isArray(value) || typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(buffersOf);
}

if (parentPort) void main(parentPort, workerData as WorkerStart);
