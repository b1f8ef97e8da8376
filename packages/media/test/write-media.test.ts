import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { encodeMedia, synthesiseSpeech, VOICES } from '../src/index.js';
import { children, level, scratch, tone, write } from './helpers.js';

const folder = scratch();
const frames = {
  width: 16,
  height: 16,
  channels: 3,
  fps: 5,
  data: [new Uint8Array(768), new Uint8Array(768)],
} as const;
const audio = { sampleRate: 8000, data: tone(440, 0.4, 8000) };

describe('encodeMedia', () => {
  test('the same input gives the same bytes, and nothing else is left in the folder', async () => {
    for (const name of ['a.mp4', 'b.mp4']) await encodeMedia({ file: join(folder, name), frames, audio });
    expect(readFileSync(join(folder, 'a.mp4'))).toEqual(readFileSync(join(folder, 'b.mp4')));
    expect(readdirSync(folder).sort()).toEqual(['a.mp4', 'b.mp4']);
  });

  test('a failure leaves the old file as it was', async () => {
    const file = write(join(folder, 'old.mp4'), 'as it was');
    const broken = { ...frames, data: [new Uint8Array(768), new Uint8Array(7)] };
    await expect(encodeMedia({ file, frames: broken })).rejects.toThrow(
      'A frame has 7 bytes, not height x width x channels = 768.',
    );
    const signal = AbortSignal.timeout(50);
    const endless = async function* () {
      for (;;) yield new Uint8Array(768);
    };
    await expect(encodeMedia({ file, frames: { ...frames, data: endless() }, signal })).rejects.toThrow(
      /aborted|timeout/,
    );
    expect(readFileSync(file, 'utf8')).toBe('as it was');
    expect(readdirSync(folder).filter((name) => name.includes('.part') || name.includes('.pcm'))).toEqual([]);
    expect(children()).toEqual([]);
  });

  test('what a killed process left behind is no hindrance', async () => {
    const file = join(folder, 'again.mp4');
    for (const left of ['part', 'pcm']) write(`${file}.${left}`, 'half of it');
    await encodeMedia({ file, frames, audio });
    expect(readdirSync(folder).filter((name) => name.startsWith('again'))).toEqual(['again.mp4']);
    expect(readFileSync(file)).toEqual(readFileSync(join(folder, 'a.mp4')));
  });

  test('endings that cannot hold what is given', async () => {
    await expect(encodeMedia({ file: 'a.wav', frames })).rejects.toThrow(
      'Media file "a.wav" cannot hold pictures; use one of .mp4,',
    );
    await expect(encodeMedia({ file: 'a.txt', audio })).rejects.toMatchObject({ code: 'OPTIONS' });
    await expect(encodeMedia({ file: 'a.mp4' })).rejects.toThrow('cannot hold nothing');
  });

  test('a folder that is not there', async () => {
    await expect(encodeMedia({ file: join(folder, 'none', 'a.mp4'), frames })).rejects.toThrow(
      'No such file or directory',
    );
  });
});

describe('synthesiseSpeech', () => {
  test('every voice speaks, and the same words sound the same', async () => {
    const spoken = await Promise.all(
      VOICES.map((voice) => synthesiseSpeech({ words: 'seven', voice, sampleRate: 16000 })),
    );
    for (const samples of spoken) {
      expect(samples.length).toBeGreaterThan(4000);
      expect(level(samples)).toBeGreaterThan(0.01);
    }
    expect(spoken[0]).not.toEqual(spoken[4]);
    expect(await synthesiseSpeech({ words: 'seven', voice: 'slt', sampleRate: 16000 })).toEqual(spoken[4]);
  });

  test('no character of the words is an instruction', async () => {
    const plain = await synthesiseSpeech({ words: 'one two', voice: 'kal', sampleRate: 8000 });
    const odd = await synthesiseSpeech({ words: `one two':[;],=\\ %{x}`, voice: 'kal', sampleRate: 8000 });
    expect(odd.length).toBeGreaterThan(plain.length / 2);
  });

  test('what flite cannot speak is refused', async () => {
    const refusal = { code: 'OPTIONS', message: expect.stringContaining('flite speaks English words in ASCII only') };
    await expect(synthesiseSpeech({ words: '七', voice: 'slt', sampleRate: 16000 })).rejects.toMatchObject(refusal);
    await expect(synthesiseSpeech({ words: ' ', voice: 'slt', sampleRate: 16000 })).rejects.toMatchObject(refusal);
  });
});
