import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildCode, buildTypes } from '../../recipes/build.mjs';
import { filledTemplate } from '../templates/filled-template.js';
import { type Browser, CHROMIUM, openBrowser } from './tools/browser.js';
import { type Started, start } from './tools/modalkit.js';

const FULL = process.env.MODALKIT_FULL === '1';

const KEPT = /0 broken<\/b>, 4\d kept/;
const FILE = 'collate-rows.ts';
/** Breaks one promise. */
const turned = (text: string) =>
  text.replace('order[row * length + token] = token;', 'order[row * length + token] = -token;');

describe('modalkit dev', () => {
  let folder: string;
  let dev: Started;
  let url: string;
  let good: string;
  const save = (text: string) => writeFileSync(join(folder, 'src', FILE), text);
  /** The page, once it holds what is looked for. */
  const page = async (pattern: RegExp) => {
    for (;;) {
      const text = await (await fetch(url)).text();
      if (pattern.test(text)) return text;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };

  beforeAll(async () => {
    await buildCode();
    await buildTypes();
    folder = mkdtempSync(join(tmpdir(), 'modalkit-dev-'));
    await filledTemplate('modality', folder, 'thermal');
    good = readFileSync(join(folder, 'src', FILE), 'utf8');
    dev = start(['dev', folder, '--port', '0']);
    [url] = await dev.printed(/http:\/\/127\.0\.0\.1:\d+\//);
  }, 120_000);
  afterAll(async () => {
    dev.process.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  test('shows what the kit says, and each sample on its way', async () => {
    const text = await page(KEPT);
    const missing = [
      'Sample 2',
      '■■□□□',
      'padding',
      'prepare',
      'Encoded: 5 tokens of width 8',
      'Aligned: 5 tokens of width 8',
      'Cosine similarity of the pooled vectors',
    ].filter((word) => !text.includes(word));
    expect(missing).toEqual([]);
  });

  test('is served on loopback, to those who name it so', async () => {
    const { origin, port } = new URL(url);
    expect(origin).toBe(`http://127.0.0.1:${port}`);
    expect((await fetch(`http://localhost:${port}/state`)).status).toBe(200);
    const { createConnection } = await import('node:net');
    const answer = await new Promise<string>((resolve) => {
      const socket = createConnection(Number(port), '127.0.0.1', () =>
        socket.write('GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n'),
      );
      socket.once('data', (data) => resolve(String(data)));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 403/);
  });

  test('what is broken is shown, with its sentence, until it is right again; a page that is open is told', async () => {
    const events = await fetch(new URL('/events?seen=1', url));
    const told = events.body!.pipeThrough(new TextDecoderStream()).getReader();
    save(turned(good));
    expect((await told.read()).value).toContain('event: running');
    expect((await told.read()).value).toContain('event: change');
    await told.cancel();
    const text = await page(/[1-9] broken<\/b>/);
    const [, title, says] = /<b class="wrong">broken<\/b> ([^<]+)<pre[^>]*>([^<]+)/.exec(text)!;
    expect(title).toMatch(/ranks rise/);
    expect(says).toMatch(/order|rank/);
    save(good);
    await page(KEPT);
  });

  test('a file that cannot be read is told by its name, and the server goes on', async () => {
    save(`${good}\nconst x = {`);
    const [, says] = /<pre class="wrong"[^>]*>([^<]+)/.exec(await page(/<pre class="wrong"/))!;
    expect(says).toContain(FILE);
    save(good);
    await page(KEPT);
  });

  test.runIf(FULL)('a plugin that hangs, or ends the process, ends neither the server nor the next run', async () => {
    const doing = (what: string) => good.replace('const values =', `${what}\n  const values =`);
    save(doing('for (;;);'));
    await page(/role="status">running/);
    save(doing('process.exit(3);'));
    expect(await page(/[1-9]\d* broken<\/b>/)).toContain('process.exit');
    save(good);
    await page(KEPT);
  });

  describe.runIf(FULL && CHROMIUM)('in a real browser', () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await openBrowser(url);
    });
    afterAll(() => browser.close());
    const shown = async (pattern: RegExp) => {
      for (;;) {
        const text = String(await browser.evaluate('document.body.innerText'));
        if (pattern.test(text)) return text;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    };

    test('the page loads itself anew', async () => {
      await shown(/0 broken, 4\d kept/);
      save(turned(good));
      await shown(/[1-9] broken, /);
      save(good);
      await shown(/0 broken, 4\d kept/);
      if (process.env.MODALKIT_SCREENSHOT) writeFileSync(process.env.MODALKIT_SCREENSHOT, await browser.screenshot());
    });
  });

  test('Ctrl-C ends it', async () => {
    dev.process.kill('SIGINT');
    expect(await dev.ended).toMatchObject({ code: 130 });
    await expect(fetch(url)).rejects.toThrow();
  });
});
