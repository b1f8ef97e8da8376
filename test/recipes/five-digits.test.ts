import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { DIGITS, WORDS } from '../../recipes/digits/captions.mjs';
import { manifest as digitsManifest } from '../../recipes/digits/make-data.mjs';
import { planSamples } from '../../recipes/five-digits/make/plan.mjs';
import { INPUTS } from '../../recipes/five-digits/make/presence.mjs';
import { findUtterances } from '../../recipes/five-digits/make/speech/bank.mjs';
import { mixed, noisy, SPEECH_RATE, stretched, trimmed } from '../../recipes/five-digits/make/speech/effects.mjs';
import {
  humanUtterances,
  recordingsFolder,
  syntheticUtterances,
} from '../../recipes/five-digits/make/speech/utterances.mjs';
import { revoiced } from '../../recipes/five-digits/make/speech/vary.mjs';
import { samplesOfWav, wavOf } from '../../recipes/five-digits/make/speech/wav.mjs';
import { manifests, planData } from '../../recipes/five-digits/make-data.mjs';
import { STREAM, soundOf, trialOf } from '../../recipes/five-digits/measure/streams.mjs';

const PEOPLE = ['jackson', 'nicolas', 'theo', 'yweweler'];
let folder: string;
let utterances: ReturnType<typeof humanUtterances>;
let plan: ReturnType<typeof planData>;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'modalkit-五-'));
  mkdirSync(join(folder, 'recordings'));
  for (const digit of DIGITS)
    for (const speaker of PEOPLE)
      for (let index = 0; index < 50; index++)
        writeFileSync(join(folder, 'recordings', `${digit}_${speaker}_${index}.wav`), '');
  writeFileSync(join(folder, 'recordings', 'README.md'), '');
  utterances = [...humanUtterances(join(folder, 'recordings')), ...syntheticUtterances()];
  plan = planData(utterances);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Names of the utterances that samples of a split are spoken by. */
const namesOf = (split: string) =>
  new Set(plan.samples.flatMap(({ row, utterance }) => (row.split === split ? [utterance.name] : [])));

const shared = (a: Iterable<string>, b: Set<string>) => [...a].filter((name) => b.has(name));

describe('the samples', () => {
  test('are 2,000 and 500 pictures of recipes/digits in their own splits, with their captions, each digit with its share', () => {
    const theirs = new Map(digitsManifest().map(({ row }) => [row.id, row]));
    const plans = plan.samples;
    expect(new Set(plans.map(({ row }) => row.id)).size).toBe(2500);
    for (const { from, row } of plans) {
      const { split, picture, caption, digit } = theirs.get(row.id!)!;
      expect(from).toMatchObject({ split, picture, caption, digit });
      expect(row).toMatchObject({ split, digit });
    }
    for (const [split, size] of [
      ['train', 2000],
      ['test', 500],
    ] as const) {
      const rows = plans.filter(({ row }) => row.split === split);
      expect(rows).toHaveLength(size);
      const whole = [...theirs.values()].filter((row) => row.split === split);
      for (const digit of DIGITS) {
        const exact = (whole.filter((row) => row.digit === digit).length / whole.length) * size;
        expect(Math.abs(rows.filter(({ row }) => row.digit === digit).length - exact)).toBeLessThan(1);
      }
    }
  });

  test('have each input with p = 0.7 in training, two of them at least, and all five when held out', () => {
    const rows = plan.samples.map(({ row }) => row);
    const inputs = (row: (typeof rows)[number]) => INPUTS.filter((input) => row[input] !== undefined);
    const training = rows.filter(({ split }) => split === 'train');
    // rows with 0 or 1 of 5 inputs (p = 0.3^5 + 5 * 0.7 * 0.3^4 = 0.031) are drawn again:
    // (3.5 - 0.028) / (1 - 0.031) / 5 = 0.716; one standard deviation of 2,000 draws is 0.010
    for (const input of INPUTS) {
      const rate = training.filter((row) => row[input] !== undefined).length / training.length;
      expect(Math.abs(rate - 0.716)).toBeLessThan(0.035);
    }
    const counts = training.map((row) => inputs(row).length);
    expect(Math.min(...counts)).toBe(2);
    expect(counts.filter((count) => count === 2).length).toBeGreaterThan(100);
    for (const row of rows.filter(({ split }) => split === 'test')) expect(inputs(row)).toEqual([...INPUTS]);
  });

  test('are spoken by people and voices of which held-out samples have recordings of their own', () => {
    const [train, held] = [namesOf('train'), namesOf('test')];
    expect(shared(held, train)).toEqual([]);
    // the control: were all recordings open to both, some would be in both
    const open = utterances.map((utterance) => ({ ...utterance, heldOut: false }));
    const mixedUp = new Set(
      planSamples([...open, ...open.map((each) => ({ ...each, heldOut: true }))]).flatMap(({ row, utterance }) =>
        row.split === 'train' ? [utterance.name] : [],
      ),
    );
    expect(shared(held, mixedUp).length).toBeGreaterThan(100);
    const speakers = new Map<string, number>();
    for (const { row, utterance } of plan.samples) {
      expect(utterance.digit).toBe(row.digit);
      expect(row.speaker).toBe(utterance.speaker);
      speakers.set(row.speaker!, (speakers.get(row.speaker!) ?? 0) + 1);
    }
    for (const person of PEOPLE) expect(speakers.get(person)).toBeGreaterThan(300);
    for (const voice of ['awb', 'kal', 'rms', 'slt', 'kal16'])
      expect(speakers.get(`flite/${voice}`)).toBeGreaterThan(100);
  });

  test('have their voice by synthesis alone where there are no recordings', () => {
    const plans = planSamples(syntheticUtterances());
    expect(plans.every(({ row }) => row.speaker!.startsWith('flite/'))).toBe(true);
  });

  test('are the same each time, whatever order the recordings are found in', () => {
    const again = [...humanUtterances(join(folder, 'recordings')), ...syntheticUtterances()];
    expect(manifests(planData(again))).toEqual(manifests(plan));
  });
});

describe('the recordings', () => {
  test('a fifth of each speaker’s recordings of each digit is held out', () => {
    const human = utterances.filter(({ recording }) => recording);
    expect(human).toHaveLength(2000);
    for (const digit of DIGITS)
      for (const person of PEOPLE)
        expect(human.filter((each) => each.digit === digit && each.speaker === person && each.heldOut)).toHaveLength(
          10,
        );
  });

  test('are looked for in MODALKIT_FSDD first', () => {
    vi.stubEnv('MODALKIT_FSDD', join(folder, 'recordings'));
    expect(recordingsFolder()).toBe(join(folder, 'recordings'));
    vi.stubEnv('MODALKIT_FSDD', join(folder, 'nowhere'));
    expect(recordingsFolder()).toBeUndefined();
    vi.unstubAllEnvs();
  });

  test('when nobody can speak, one sentence says so', async () => {
    vi.stubEnv('MODALKIT_FSDD', join(folder, 'nowhere'));
    vi.stubEnv('FFMPEG_PATH', undefined);
    vi.stubEnv('PATH', join(folder, 'nowhere'));
    await expect(findUtterances()).rejects.toThrow(
      /^five-digits: nobody can speak the digits: .+ set MODALKIT_FSDD to the recordings\.$/,
    );
    vi.unstubAllEnvs();
  });
});

describe('digit strings', () => {
  test('are three to six words of one speaker, as many as are asked for', () => {
    const strings = plan.strings;
    const held = strings.filter(({ row }) => row.split === 'test');
    expect(held.length).toBeGreaterThanOrEqual(200);
    for (const { row, parts } of strings) {
      expect(parts.length).toBeGreaterThanOrEqual(3);
      expect(parts.length).toBeLessThanOrEqual(6);
      expect(row.words).toEqual(parts.map(({ utterance }) => WORDS.en[Number(utterance.digit)]));
      expect(new Set(parts.map(({ utterance }) => utterance.speaker))).toEqual(new Set([row.speaker]));
    }
    expect(new Set(held.map(({ row }) => row.speaker))).toEqual(new Set(PEOPLE));
  });

  test('of the test split are of recordings that no training has heard', () => {
    const names = (split: string) =>
      new Set(
        plan.strings.flatMap(({ row, parts }) =>
          row.split === split ? parts.map(({ utterance }) => utterance.name) : [],
        ),
      );
    expect(shared(names('test'), names('train'))).toEqual([]);
    expect(shared(names('test'), namesOf('train'))).toEqual([]);
    expect(names('test').size).toBeGreaterThan(250);
  });
});

describe('folds over speakers', () => {
  test('test on one person as recorded, whom training never hears', () => {
    const folds = plan.folds;
    expect([...folds.keys()]).toEqual(PEOPLE);
    for (const [person, rows] of folds) {
      const [train, held] = ['train', 'test'].map((split) => rows.filter((row) => row.split === split));
      expect(new Set(held!.map(({ speaker }) => speaker))).toEqual(new Set([person]));
      expect(train!.filter(({ speaker }) => speaker === person)).toEqual([]);
      expect(held!.every(({ id }) => /^[0-9]_[a-z]+_[0-9]+$/.test(id))).toBe(true);
      expect(held).toHaveLength(500);
      expect(new Set(train!.map(({ speaker }) => speaker)).size).toBe(3 + 5);
    }
  });
});

describe('sound', () => {
  const tone = (hertz: number, seconds = 0.5) =>
    Float32Array.from(
      { length: seconds * SPEECH_RATE },
      (_, at) => 0.5 * Math.sin((2 * Math.PI * hertz * at) / SPEECH_RATE),
    );
  /** Crossings of zero from below, a second, away from the ends. */
  const pitch = (samples: Float32Array) => {
    const middle = samples.slice(400, -400);
    const count = middle.filter((value, at) => at > 0 && middle[at - 1]! < 0 && value >= 0).length;
    return (count * SPEECH_RATE) / middle.length;
  };
  const power = (samples: Float32Array) => samples.reduce((sum, value) => sum + value * value, 0) / samples.length;

  test('a voice is moved in frequency and keeps its pace', () => {
    for (const factor of [0.86, 1.16]) {
      const moved = revoiced(tone(400), { voice: factor, pace: 1, ratio: 60, colour: 0 });
      expect(Math.abs(pitch(moved) / (400 * factor) - 1)).toBeLessThan(0.04);
      expect(Math.abs(moved.length / 4000 - 1)).toBeLessThan(0.01);
    }
  });

  test('a stretched voice keeps its pitch', () => {
    for (const factor of [0.8, 1.25]) {
      const slow = stretched(tone(400), factor);
      expect(slow.length).toBe(4000 * factor);
      expect(Math.abs(pitch(slow) / 400 - 1)).toBeLessThan(0.04);
    }
  });

  test('noise has the loudness that was asked for, and follows from its key', () => {
    const clean = tone(400);
    for (const colour of [0, 0.9]) {
      const heard = noisy(clean, 20, colour, 'key');
      const noise = heard.map((value, at) => value - clean[at]!);
      expect(10 * Math.log10(power(clean) / power(noise))).toBeCloseTo(20, 3);
      expect(noisy(clean, 20, colour, 'key')).toEqual(heard);
      expect(noisy(clean, 20, colour, 'other')).not.toEqual(heard);
    }
  });

  test('silence around a word is cut off and the word made as loud as the others', () => {
    const word = mixed(1, [{ samples: tone(400, 0.2).map((value) => value / 10), time: 0.5 }]);
    const cut = trimmed(word);
    expect(cut.length / SPEECH_RATE).toBeCloseTo(0.2 + 2 * 0.02, 2);
    expect(Math.max(...cut)).toBeCloseTo(0.7, 2);
  });

  test('WAV files hold what was put in, to 16 bits; others are refused by name', () => {
    const samples = tone(440);
    const read = samplesOfWav(wavOf(samples), 'tone');
    expect(read).toHaveLength(samples.length);
    expect(Math.max(...read.map((value, at) => Math.abs(value - samples[at]!)))).toBeLessThan(1 / 32767);
    const stereo = wavOf(samples);
    stereo.writeUInt16LE(2, 22);
    expect(() => samplesOfWav(stereo, '7_theo_1')).toThrow(
      'five-digits: 7_theo_1 is no WAV file of 8 kHz, mono, 16 bits',
    );
  });
});

describe('the manifests', () => {
  test('are JSON Lines whose files lie inside the folder, and which name their columns as the config does', () => {
    const texts = manifests(plan);
    expect(Object.keys(texts)).toEqual([
      'manifest.jsonl',
      'strings.jsonl',
      ...PEOPLE.map((person) => `speaker-${person}.jsonl`),
    ]);
    for (const text of Object.values(texts)) {
      const rows = text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, string>);
      expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
      for (const row of rows)
        for (const input of ['audio', 'image', 'sensor', 'video'])
          if (row[input] !== undefined) expect(row[input]).toMatch(/^[a-z]+\/[\w-]+\.(wav|png|csv|mp4)$/);
    }
    const source = readFileSync(join(import.meta.dirname, '../../.gitignore'), 'utf8');
    expect(source.split('\n')).toContain('/recipes/**/data');
  });
});

describe('streams for the offset', () => {
  const stock = () => ({
    split: 'test' as const,
    rows: plan.samples.flatMap(({ row }) =>
      row.split === 'test' ? [{ id: row.id!, digit: row.digit!, image: row.image! }] : [],
    ),
    utterances,
  });

  test('are 8 to 12 held-out digits one after the other in 20 s, the sound shifted by up to 2 s', () => {
    const trials = Array.from({ length: 200 }, (_, number) => trialOf(stock(), number));
    const own = new Set(stock().rows.map(({ image }) => image));
    for (const { shift, parts } of trials) {
      expect(Math.abs(shift)).toBeLessThanOrEqual(2);
      expect(parts.length).toBeGreaterThanOrEqual(8);
      expect(parts.length).toBeLessThanOrEqual(12);
      for (const [at, { from, seconds, image, utterance, digit }] of parts.entries()) {
        expect(from + seconds).toBeLessThanOrEqual((parts[at + 1]?.from ?? STREAM) + 1e-9);
        expect(own.has(image)).toBe(true);
        expect(utterance).toMatchObject({ digit, heldOut: true });
      }
    }
    const shifts = trials.map(({ shift }) => shift);
    expect(Math.min(...shifts)).toBeLessThan(-1.8);
    expect(Math.max(...shifts)).toBeGreaterThan(1.8);
    expect(trialOf(stock(), 7)).toEqual(trials[7]);
  });

  test('sound where they are drawn, plus the shift', async () => {
    const trial = trialOf(stock(), 3);
    const word = new Float32Array(2400).fill(0.5);
    const { samples, rate } = await soundOf(trial, async () => word);
    expect(samples).toHaveLength(STREAM * rate);
    for (const { spokenAt, from } of trial.parts) {
      expect(Math.abs(spokenAt - from - 0.1)).toBeLessThanOrEqual(0.04);
      const first = Math.round((spokenAt + trial.shift) * rate);
      if (first < 0 || first + 2400 > samples.length) continue;
      const mean = (start: number) => samples.slice(start, start + 400).reduce((sum, value) => sum + value / 400, 0);
      expect(mean(first + 200)).toBeGreaterThan(0.3);
    }
  });
});
