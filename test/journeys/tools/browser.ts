import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

/** A Chromium on this machine, where there is one. */
export const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);

/** A page in a real browser without a window. */
export interface Browser {
  /** Value of a JavaScript expression in the page. */
  evaluate(expression: string): Promise<unknown>;
  /** PNG of the whole page. */
  screenshot(): Promise<Buffer>;
  close(): Promise<void>;
}

/** Opens a page, spoken to by the browser's own protocol through a pipe. */
export async function openBrowser(url: string): Promise<Browser> {
  const profile = await mkdtemp(join(tmpdir(), 'modalkit-browser-'));
  const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--window-size=1280,900'];
  const child = spawn(CHROMIUM!, [...flags, `--user-data-dir=${profile}`, '--remote-debugging-pipe', 'about:blank'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
  });
  const call = protocol(child.stdio[3] as Writable, child.stdio[4] as Readable);
  const { targetId } = await call<{ targetId: string }>('Target.createTarget', { url });
  const { sessionId } = await call<{ sessionId: string }>('Target.attachToTarget', { targetId, flatten: true });
  return {
    async evaluate(expression) {
      const evaluated = await call<{ result: { value?: unknown } }>('Runtime.evaluate', { expression }, sessionId);
      return evaluated.result.value;
    },
    async screenshot() {
      const options = { captureBeyondViewport: true };
      const { data } = await call<{ data: string }>('Page.captureScreenshot', options, sessionId);
      return Buffer.from(data, 'base64');
    },
    async close() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill();
      await ended;
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Messages as JSON, each ended by a zero byte; answers have the number of the question. */
function protocol(input: Writable, output: Readable) {
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let rest = '';
  output.setEncoding('utf8').on('data', (text: string) => {
    const messages = (rest + text).split('\0');
    rest = messages.pop()!;
    for (const { id, result, error } of messages.map((message) => JSON.parse(message))) {
      if (error) waiting.get(id)?.reject(new Error(error.message));
      else waiting.get(id)?.resolve(result);
      waiting.delete(id);
    }
  });
  let last = 0;
  return <T>(method: string, params: object, sessionId?: string): Promise<T> =>
    new Promise((resolve, reject) => {
      const id = ++last;
      waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      input.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    });
}
