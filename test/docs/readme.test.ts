import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandLinesOf, problemOf, scriptsOf, shellLinesOf } from './command-lines.js';
import { blocksOf, type Document, ROOT, readDocuments } from './documents.js';
import { deadLinks, deadPaths } from './links.js';
import { typeErrors } from './type-check.js';

const documents = readDocuments();
const document = (path: string): Document => documents.find((each) => each.path === path)!;
const planted = (text: string): Document => ({ path: 'docs/planted.md', text });
const SCRIPTS = Object.keys(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).scripts);

async function problemsOf(lines: readonly string[]): Promise<string[]> {
  const problems = await Promise.all(lines.map(problemOf));
  return lines.flatMap((line, index) => (problems[index] === undefined ? [] : [`${line}: ${problems[index]}`]));
}

describe('commands', () => {
  it('are ones that the program knows, with flags that it knows', async () => {
    const lines = documents.flatMap(commandLinesOf);
    expect(lines.length).toBeGreaterThan(30);
    expect(await problemsOf(lines)).toEqual([]);
  });

  it('that it does not know are found, in blocks and in the prose', async () => {
    const text =
      '```sh\nnpx modalkit trian\nnpx modalkit query\n```\n`modalkit train --fusoin early` `modalkit train --fusion none`';
    const found = await problemsOf(commandLinesOf(planted(text)));
    expect(found.map((line) => line.replace(/\n.*/s, ''))).toEqual([
      "npx modalkit trian: error: unknown command 'trian'",
      "npx modalkit query: error: missing required argument 'argument'",
      "modalkit train --fusoin early: error: unknown option '--fusoin'",
      "modalkit train --fusion none: error: option '--fusion <kind>' argument 'none' is invalid. Allowed choices are early, late, cross.",
    ]);
  });

  it('of npm are scripts of package.json', () => {
    const scripts = documents.flatMap(scriptsOf);
    expect(scripts).toEqual(expect.arrayContaining(['start', 'test', 'test:full', 'build']));
    expect(scripts.filter((name) => !SCRIPTS.includes(name))).toEqual([]);
    expect(scriptsOf(planted('`npm run tset`')).filter((name) => !SCRIPTS.includes(name))).toEqual(['tset']);
  });
});

describe('code', () => {
  const blocks = documents.flatMap((each) => blocksOf(each, 'ts'));

  it('in TypeScript type-checks', () => {
    expect(blocks.length).toBeGreaterThan(10);
    const wrong = {
      language: 'ts',
      place: 'docs/planted.md:1',
      code: "import { late } from '@modalkit/core';\nlate({ hiden: 3 });",
    };
    const [found, ...rest] = typeErrors([...blocks, wrong]).reverse();
    expect(rest).toEqual([]);
    expect(found).toMatch(/^docs\/planted\.md:1: .*'hiden' does not exist/);
  });

  it('in JSON Lines is JSON', () => {
    const lines = documents.flatMap((each) => blocksOf(each, 'jsonl')).flatMap(({ code }) => code.trim().split('\n'));
    expect(lines.length).toBeGreaterThan(3);
    for (const line of lines) expect(() => JSON.parse(line), line).not.toThrow();
  });
});

describe('files', () => {
  it('that links and paths name are there', () => {
    expect(documents.flatMap((each) => [...deadLinks(each), ...deadPaths(each)])).toEqual([]);
  });

  it('that are not there are found', () => {
    const text =
      '[here](guides/data.md), [not here](guides/date.md#splits), `packages/core/src/train/train.ts`, `packages/core/src/gone.ts`';
    expect([...deadLinks(planted(text)), ...deadPaths(planted(text))]).toEqual([
      'docs/planted.md: there is no guides/date.md#splits',
      'docs/planted.md: there is no packages/core/src/gone.ts',
    ]);
  });
});

describe('translations', () => {
  const withoutComments = (code: string) => code.replace(/^\s*\/\/.*\n/gm, '');
  const codeOf = (each: Document) => [
    ...shellLinesOf(each),
    ...blocksOf(each, 'ts').map(({ code }) => withoutComments(code)),
  ];

  it.each([
    ['README.md', 'README.zh-CN.md'],
    ['docs/guides/composing.md', 'docs/guides/composing.zh-CN.md'],
    ['docs/guides/publishing.md', 'docs/guides/publishing.zh-CN.md'],
    ['docs/guides/deploy.md', 'docs/guides/deploy.zh-CN.md'],
    ['docs/guides/getting-started.md', 'docs/guides/getting-started.zh-CN.md'],
    ['docs/guides/heads.md', 'docs/guides/heads.zh-CN.md'],
    ['docs/guides/live.md', 'docs/guides/live.zh-CN.md'],
    ['docs/guides/machine.md', 'docs/guides/machine.zh-CN.md'],
    ['docs/guides/alignment.md', 'docs/guides/alignment.zh-CN.md'],
    ['docs/guides/masks.md', 'docs/guides/masks.zh-CN.md'],
    ['docs/guides/new-modality.md', 'docs/guides/new-modality.zh-CN.md'],
    ['docs/guides/objectives.md', 'docs/guides/objectives.zh-CN.md'],
    ['docs/guides/recordings.md', 'docs/guides/recordings.zh-CN.md'],
    ['docs/guides/time.md', 'docs/guides/time.zh-CN.md'],
  ])('%s and %s have the same commands and the same code', (english, chinese) => {
    expect(codeOf(document(chinese))).toEqual(codeOf(document(english)));
    const headings = (each: Document) => each.text.match(/^#+ /gm);
    expect(headings(document(chinese))).toEqual(headings(document(english)));
  });
});
