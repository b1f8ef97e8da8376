import { type ChildProcess, execFile } from 'node:child_process';
import { PassThrough, type Readable, type Writable } from 'node:stream';
import ffmpeg, { type FfmpegCommand } from 'fluent-ffmpeg';
import { BlockStream, READ_AHEAD } from './block-stream.js';

/** What one run of ffmpeg is given. Every argument is an item of an array; no shell reads them. */
export interface FfmpegCall {
  /** The program to start, and what stands before ffmpeg's own arguments when a launcher starts it. */
  readonly program: { readonly path: string; readonly before: readonly string[] };
  readonly inputs: readonly FfmpegInput[];
  readonly output: readonly string[];
  /** Bytes of the blocks in which its output comes; as it is read when left out. */
  readonly blockBytes?: number;
  /** A file that is written; what is written goes to the stream `output` when left out. */
  readonly target?: string;
  /** Folder to start it in. */
  readonly folder?: string;
  /** Called with each line of stderr. */
  onLine(line: string): void;
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

/** Starts ffmpeg. fluent-ffmpeg is used in this file only: another library would be put in here. */
export function startFfmpeg(call: FfmpegCall): FfmpegProcess {
  const { blockBytes } = call;
  const output =
    blockBytes === undefined
      ? new PassThrough({ highWaterMark: READ_AHEAD, emitClose: false })
      : new BlockStream(blockBytes);
  const command = commandOf(call, output);
  let child: ChildProcess | undefined;
  const ended = new Promise<FfmpegEnd>((resolve) => {
    const end = (how: FfmpegEnd) => {
      output.end();
      resolve(how);
    };
    command.on('stderr', call.onLine);
    command.once('start', () => {
      child = (command as unknown as { ffmpegProc: ChildProcess }).ffmpegProc;
      watch(child, call, (code) => end({ code, failure }));
    });
    // how a process that did start has ended is told by itself, but not that its input failed
    let failure: Error | undefined;
    command.on('error', (error: Error & { readonly inputStreamError?: Error }) => {
      failure ??= error.inputStreamError;
      if (child?.pid === undefined) end({ code: undefined, failure: error });
    });
    try {
      command.run();
    } catch (error) {
      end({ code: undefined, failure: error as Error });
    }
  });
  return { output, ended, kill: () => void child?.kill('SIGKILL') };
}

/**
 * fluent-ffmpeg looks for the program in the environment and asks it for its encoders before each run. We know the
 * program and what it can do, so both are answered here; starting is then synchronous.
 */
function commandOf({ program, inputs, output, target, folder }: FfmpegCall, stdout: Writable): FfmpegCommand {
  const command = ffmpeg({ cwd: folder });
  Object.assign(command, {
    _getFfmpegPath: (done: (error: null, path: string) => void) => done(null, program.path),
    _prepare: (done: (error: null, args: string[]) => void) =>
      done(null, [...program.before, ...command._getArguments()]),
  });
  for (const { options, source } of inputs) addOptions(command.input(source), 'inputOptions', options);
  addOptions(command, 'outputOptions', output);
  return target === undefined ? command.output(stdout) : command.output(target);
}

/** As separate arguments, at least two: fluent-ffmpeg splits a single one at its space. */
function addOptions(command: FfmpegCommand, kind: 'inputOptions' | 'outputOptions', options: readonly string[]): void {
  if (options.length > 0) command[kind](...options);
}

function watch(child: ChildProcess, call: FfmpegCall, closed: (code: number | undefined) => void): void {
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('close', (code) => {
    process.off('exit', kill);
    closed(code ?? undefined);
  });
  if (call.inputs.every(({ source }) => typeof source === 'string')) child.stdin?.destroy();
  let line = 0;
  child.stderr?.on('data', (text: string) => {
    const newline = text.lastIndexOf('\n');
    line = newline < 0 ? line + text.length : text.length - newline;
    if (line > LONGEST_LINE) kill();
  });
}

/** Asks a program for words: its version, what it can do. Undefined when it does not run. */
export function askProgram(path: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    const limits = { timeout: 20_000, maxBuffer: 16 * 1024 * 1024, windowsHide: true };
    execFile(path, args, limits, (error, stdout) => resolve(error ? undefined : stdout));
  });
}
