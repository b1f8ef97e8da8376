import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DIGITS, NAMING, OTHER, prompts, say, WORDS } from '../../recipes/digits/captions.mjs';
import { heldOut, makeData, manifest } from '../../recipes/digits/make-data.mjs';

const FULL = process.env.MODALKIT_FULL === '1';
const LANGUAGES = ['en', 'zh'] as const;
const entries = manifest();
const rows = entries.map(({ row }) => row);

function count(of: typeof rows, key: (row: (typeof rows)[number]) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const row of of) counts[key(row)] = (counts[key(row)] ?? 0) + 1;
  return counts;
}

/** The digits that a sentence names, by word or numeral. */
function named(sentence: string): string[] {
  const words = sentence.toLowerCase().match(/[a-z]+|[0-9]|\p{Script=Han}/gu) ?? [];
  return words.flatMap((word) => DIGITS.filter((digit, at) => [digit, WORDS.en[at], WORDS.zh[at]].includes(word)));
}

describe('the split', () => {
  test('holds 8,000 and 2,000 pictures, each once', () => {
    expect(count(rows, ({ split }) => split)).toEqual({ train: 8000, test: 2000 });
    expect(new Set(entries.map(({ digit, index }) => `${digit}/${index}`)).size).toBe(10_000);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(10_000);
  });

  test('holds out a fifth of each digit', () => {
    // a fifth of 1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978 = 200.2, 225.4, 198.2, 206.4, 196, 172.6, 202.8, 214,
    // 188.8, 195.6; whole parts sum to 1996, the four largest remainders (6, 8, 5, 9) get one more
    const expected = [200, 225, 198, 206, 196, 173, 203, 214, 189, 196];
    expect(heldOut()).toEqual(expected);
    const held = count(
      rows.filter(({ split }) => split === 'test'),
      ({ digit }) => digit,
    );
    expect(DIGITS.map((digit) => held[digit])).toEqual(expected);
  });

  test('has a third of each match in both parts', () => {
    for (const split of ['train', 'test']) {
      const part = rows.filter((row) => row.split === split);
      for (const many of Object.values(count(part, ({ match }) => match)))
        expect(Math.abs(many - part.length / 3)).toBeLessThan(10);
    }
  });

  test('mixes the digits in the order of the ids', () => {
    const first = count(rows.slice(0, 1000), ({ digit }) => digit);
    for (const digit of DIGITS) expect(first[digit]).toBeGreaterThan(50);
  });
});

describe('what is said', () => {
  test('a caption names its digit and no other', () => {
    expect(rows.filter(({ caption, digit }) => named(caption).join() !== digit)).toEqual([]);
  });

  test('a claim names this digit, another or none, as its match says', () => {
    const judged = rows.map(({ claim, digit, match }) => {
      const [name, ...more] = named(claim);
      const truth = name === undefined ? 'none' : name === digit ? 'this' : 'another';
      return more.length === 0 && truth === match;
    });
    expect(judged.indexOf(false)).toBe(-1);
    // the control: the same judge refuses another picture's claims
    const shifted = rows.filter(({ claim, match }, at) => {
      const [name] = named(claim);
      return (
        match !== (name === undefined ? 'none' : name === rows[(at + 1) % rows.length]!.digit ? 'this' : 'another')
      );
    });
    expect(shifted.length).toBeGreaterThan(2000);
  });

  test('there are 12 wordings and more in each language, and some that training never sees', () => {
    for (const language of LANGUAGES) {
      expect(new Set(NAMING[language].train).size).toBeGreaterThanOrEqual(12);
      expect(new Set(OTHER[language].train).size).toBeGreaterThanOrEqual(12);
      for (const bank of [NAMING, OTHER]) {
        expect(bank[language].test.length).toBeGreaterThanOrEqual(5);
        expect(bank[language].test.filter((each) => bank[language].train.includes(each))).toEqual([]);
      }
    }
    const seen = new Set(rows.flatMap(({ split, caption, claim }) => (split === 'train' ? [caption, claim] : [])));
    const unseen = rows.filter(({ split, caption }) => split === 'test' && !seen.has(caption));
    expect(unseen.length / 2000).toBeGreaterThan(0.4);
    expect(unseen.length / 2000).toBeLessThan(0.6);
  });

  test('the wording of a claim does not tell this digit from another', () => {
    const wordings = (match: string) =>
      count(
        rows.filter((row) => row.match === match),
        ({ claim }) =>
          claim
            .toLowerCase()
            .replace(/\ban? /g, 'a ')
            .replace(pattern, '*'),
      );
    const [mine, others] = [wordings('this'), wordings('another')];
    const keys = [...new Set([...Object.keys(mine), ...Object.keys(others)])];
    const distance = keys.reduce((sum, key) => sum + Math.abs((mine[key] ?? 0) - (others[key] ?? 0)), 0) / 2 / 3335;
    expect(distance).toBeLessThan(0.08);
  });

  test('both languages are used alike', () => {
    const chinese = rows.filter(({ caption }) => /\p{Script=Han}/u.test(caption)).length;
    const numerals = rows.filter(({ caption }) => /^[0-9]$/.test(caption)).length;
    expect(chinese + numerals / 2).toBeGreaterThan(4700);
    expect(chinese + numerals / 2).toBeLessThan(5300);
  });

  test('the article follows the word', () => {
    expect(say('this is {a word}', '8', 'en')).toBe('this is an eight');
    expect(say('it looks like {a numeral}', '7', 'en')).toBe('it looks like a 7');
    expect(say('手写数字{word}', '7', 'zh')).toBe('手写数字七');
  });

  test('prompts name their digit, several sentences each', () => {
    for (const language of LANGUAGES)
      for (const digit of DIGITS) {
        const sentences = prompts[language][digit]!;
        expect(sentences.length).toBeGreaterThanOrEqual(4);
        expect(sentences.flatMap(named)).toEqual(sentences.map(() => digit));
      }
  });
});

const pattern = new RegExp(`\\b(?:${WORDS.en.join('|')})\\b|[0-9]|[${WORDS.zh.join('')}]`, 'gu');

describe('the files', () => {
  let folder: string;
  beforeAll(async () => {
    folder = join(mkdtempSync(join(tmpdir(), 'modalkit-数字-')), 'data');
    expect(await makeData({ folder })).toEqual({ folder, pictures: 10_000, reused: false });
  }, 120_000);
  afterAll(() => rmSync(dirname(folder), { recursive: true, force: true }));

  test('a picture is the 28 x 28 grey values of the package', async () => {
    const require = createRequire(join(import.meta.dirname, '../../recipes/digits/make-data.mjs'));
    const source = dirname(require.resolve('mnist/package.json'));
    for (const { row, digit, index } of entries.filter((_, at) => at % 1000 === 7)) {
      const { data } = JSON.parse(readFileSync(join(source, 'src', 'digits', `${digit}.json`), 'utf8'));
      const values = data.slice(index * 784, (index + 1) * 784).map((value: number) => Math.round(value * 255));
      const picture = sharp(join(folder, row.picture));
      expect(await picture.metadata()).toMatchObject({ format: 'png', width: 28, height: 28, channels: 1 });
      expect([...(await picture.extractChannel(0).raw().toBuffer())]).toEqual(values);
    }
  });

  test('the manifest is the rows, and nothing else lies there', () => {
    const lines = readFileSync(join(folder, 'manifest.jsonl'), 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual(rows);
    expect(readdirSync(folder).sort()).toEqual(['manifest.jsonl', 'pictures', 'stamp.json']);
    expect(readdirSync(join(dirname(folder), '.setup'))).toEqual([]);
  });

  test('whole data is left as it is; what lacks a picture is made again, the same byte for byte', async () => {
    const before = hashBelow(folder);
    expect((await makeData({ folder })).reused).toBe(true);
    rmSync(join(folder, 'pictures', '00042.png'));
    expect(hashBelow(folder)).not.toBe(before);
    expect((await makeData({ folder })).reused).toBe(false);
    expect(hashBelow(folder)).toBe(before);
  }, 120_000);

  test.runIf(FULL)(
    'so is data whose manifest has changed',
    async () => {
      const before = hashBelow(folder);
      writeFileSync(join(folder, 'manifest.jsonl'), '{}\n');
      expect((await makeData({ folder })).reused).toBe(false);
      expect(hashBelow(folder)).toBe(before);
    },
    120_000,
  );
});

function hashBelow(folder: string): string {
  const hash = createHash('sha256');
  for (const name of (readdirSync(folder, { recursive: true }) as string[]).sort())
    if (/\.\w+$/.test(name)) hash.update(name).update(readFileSync(join(folder, name)));
  return hash.digest('hex');
}
