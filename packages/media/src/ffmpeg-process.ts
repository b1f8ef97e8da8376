import { type ChildProcess, execFile, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import ffmpeg, { type FfmpegCommand } from 'fluent-ffmpeg';
import { BlockQueue } from './block-queue.js';
import { ChildOutput, type Take } from './child-output.js';
import { LineFile } from './line-file.js';

/** What one run of ffmpeg is given. Every argument is an item of an array; no shell reads them. */
export interface FfmpegCall {
  /** The program to start, and what stands before ffmpeg's own arguments when a launcher starts it. */
  readonly program: { readonly path: string; readonly before: readonly string[] };
  readonly inputs: readonly FfmpegInput[];
  readonly output: readonly string[];
  /** Bytes of the blocks in which its output comes; as it is read when left out. */
  readonly blockBytes?: number;
  /** A block is overwritten once the next is asked for. */
  readonly reuse?: boolean;
  /** A file that is written; what is written goes to the stream `output` when left out. */
  readonly target?: string;
  /** Folder to start it in. */
  readonly folder?: string;
  /** Called with each line of stderr. */
  onLine(line: string): void;
  /** Lines wait for `takeLines`, or the end, where the system can keep them: whoever reads frames is not woken by them. */
  readonly linesWait?: boolean;
}

export interface FfmpegInput {
  readonly options: readonly string[];
  /** An address, or bytes for ffmpeg's stdin. */
  readonly source: string | Readable;
}

/** A started ffmpeg. */
export interface FfmpegProcess {
  /** What it writes to stdout, with back-pressure: ffmpeg waits while nobody reads. */
  readonly output: AsyncIterable<Uint8Array<ArrayBuffer>>;
  /** Settles when the process is gone and its pipes are closed; never rejects. */
  readonly ended: Promise<FfmpegEnd>;
  /** Has `onLine` called with the lines that wait. */
  takeLines(): void;
  /** Ends it at once; `ended` still follows. */
  kill(): void;
}

export interface FfmpegEnd {
  /** 0 when all went well; undefined when a signal ended it or it never started. */
  readonly code: number | undefined;
  /** Why it could not be started, or what its input stream threw. */
  readonly failure?: Error;
}

/** A file whose messages have longer lines wants to fill our memory. */
const LONGEST_LINE = 1024 * 1024;
const BLOCK_BYTES = 64 * 1024;
/** Bytes of lines that may wait on the disk: those of a day of video are 100 MB. */
export const MOST_WAITING = 256 * 1024 * 1024;

/**
 * Starts ffmpeg. fluent-ffmpeg, which writes the command line and feeds the input, is used in this file only: another
 * library would be put in here.
 */
export async function startFfmpeg(call: FfmpegCall): Promise<FfmpegProcess> {
  let child: ChildProcess | undefined;
  let failure: Error | undefined;
  const kill = () => {
    child?.kill('SIGKILL');
    stdout.destroy();
  };
  const output = new BlockQueue(call.blockBytes ?? BLOCK_BYTES, () => stdout.resume(), call.reuse ?? false);
  const stdout = await ChildOutput.open((piece) => output.push(piece));
  const take = lines(call.onLine, kill);
  const waiting = call.linesWait ? LineFile.open(take) : undefined;
  const stderr = waiting ? undefined : await ChildOutput.open(take);
  const takeLines = () => {
    if (waiting && waiting.read() > MOST_WAITING) kill();
  };
  const command = commandOf(call, (args) => {
    const stdin = call.inputs.every(({ source }) => typeof source === 'string') ? 'ignore' : 'pipe';
    const stdio = [stdin, stdout.stdio, waiting?.fd ?? stderr?.stdio] as const;
    child = spawn(call.program.path, args, { cwd: call.folder, stdio: [...stdio], windowsHide: true });
    return child;
  });
  const failed = (error: Error & { readonly inputStreamError?: Error }) => {
    failure ??= error.inputStreamError ?? error;
  };
  try {
    command.on('error', failed).run();
  } catch (error) {
    failed(error as Error);
  }
  void stdout.read(child?.stdout).then(() => output.end());
  const ended = Promise.all([exitOf(child, failed), stderr?.read(child?.stderr)]).then(([code]) => {
    takeLines();
    waiting?.close();
    return { code, failure };
  });
  return { output, ended, takeLines, kill };
}

/** fluent-ffmpeg looks for the program in the environment and asks it for its encoders; we know both. */
function commandOf(call: FfmpegCall, start: (args: readonly string[]) => ChildProcess): FfmpegCommand {
  const command = ffmpeg();
  Object.assign(command, {
    _prepare: (done: (error: null, args: string[]) => void) =>
      done(null, [...call.program.before, ...command._getArguments()]),
    _spawnFfmpeg: (args: string[], _options: object, started: (child: ChildProcess) => void) => started(start(args)),
  });
  for (const { options, source } of call.inputs) addOptions(command.input(source), 'inputOptions', options);
  addOptions(command, 'outputOptions', call.output);
  return command.output(call.target ?? 'pipe:1');
}

/** Undefined when a signal ended it or it never started. */
async function exitOf(child: ChildProcess | undefined, failed: (error: Error) => void): Promise<number | undefined> {
  if (!child) return undefined;
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('error', failed);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  process.off('exit', kill);
  return child.pid === undefined ? undefined : (code ?? undefined);
}

/** Calls `onLine` with each line, or `onTooLong`. */
function lines(onLine: (line: string) => void, onTooLong: () => void): Take {
  const decoder = new StringDecoder();
  let rest = '';
  return (piece) => {
    const parts = (rest + decoder.write(piece)).split(/\r?\n/);
    rest = parts.pop()!;
    for (const line of parts) onLine(line);
    if (rest.length > LONGEST_LINE) onTooLong();
    return true;
  };
}

/** As separate arguments, at least two: fluent-ffmpeg splits a single one at its space. */
function addOptions(command: FfmpegCommand, kind: 'inputOptions' | 'outputOptions', options: readonly string[]): void {
  if (options.length > 0) command[kind](...options);
}

/** Asks a program for words: its version, what it can do. Undefined when it does not run. */
export function askProgram(path: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    const limits = { timeout: 20_000, maxBuffer: 16 * 1024 * 1024, windowsHide: true };
    execFile(path, args, limits, (error, stdout) => resolve(error ? undefined : stdout));
  });
}
