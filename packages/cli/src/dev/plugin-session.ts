import { EventEmitter } from 'node:events';
import type { CheckGroup, PluginPage } from '@modalkit/report';
import { runTests, type TestsRun } from './run-tests.js';

/** A plugin's checks, run again as its files change: one run at a time, the newest wish alone. */
export class PluginSession extends EventEmitter<{ change: []; running: [] }> {
  private files: Readonly<Record<string, readonly CheckGroup[]>> = {};
  private failure: string | undefined;
  private seconds: number | undefined;
  private version = 0;
  private run: { readonly stop: AbortController; readonly done: Promise<void> } | undefined;
  /** Changed files that no run to its end has taken in; undefined when all tests are to be run. */
  private waiting: Set<string> | undefined;

  constructor(
    private readonly name: string,
    private readonly folder: string,
  ) {
    super();
  }

  /** What the page shows now. */
  page(): PluginPage {
    const { name, version, failure, seconds, files } = this;
    const groups = Object.keys(files)
      .sort()
      .flatMap((file) => files[file]!);
    return { name, version, running: this.run !== undefined, seconds, failure, groups };
  }

  /** Runs the tests of these files, or all of them; a run under way is ended and what it was for taken over. */
  async check(changed?: readonly string[]): Promise<void> {
    this.waiting =
      changed && this.waiting && this.failure === undefined ? new Set([...this.waiting, ...changed]) : undefined;
    const before = this.run;
    before?.stop.abort();
    const stop = new AbortController();
    const done = this.work(stop.signal, before?.done);
    this.run = { stop, done };
    this.emit('running');
    await done;
  }

  /** Ends the run under way. */
  async close(): Promise<void> {
    this.run?.stop.abort();
    await this.run?.done;
  }

  private async work(signal: AbortSignal, before: Promise<void> | undefined): Promise<void> {
    await before;
    if (signal.aborted) return;
    const wanted = this.waiting && [...this.waiting];
    const start = performance.now();
    try {
      const found = await runTests(this.folder, signal, wanted);
      if (signal.aborted) return;
      this.waiting = new Set();
      this.take(found, wanted === undefined);
      this.seconds = (performance.now() - start) / 1000;
    } catch (error) {
      if (signal.aborted) return;
      this.failure = error instanceof Error ? error.message : String(error);
    }
    this.run = undefined;
    this.version += 1;
    this.emit('change');
  }

  private take({ files, failure }: TestsRun, whole: boolean): void {
    this.failure = failure;
    if (failure === undefined) this.files = whole ? files : { ...this.files, ...files };
  }
}
