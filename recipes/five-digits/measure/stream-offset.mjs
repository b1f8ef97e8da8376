import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CONTRACT, definePlugin, embedWindows, estimateOffset, METRIC } from '@modalkit/core';
import { fileOf } from '../make/speech/utterances.mjs';
import { samplesOfWav } from '../make/speech/wav.mjs';
import { PEN_RATE } from '../make/trace/pen-motion.mjs';
import { readBitmap } from '../make/trace/read-bitmap.mjs';
import { stockOf } from './stock.mjs';
import { MOST_SHIFT, penOf, STREAM, soundOf, trialOf } from './streams.mjs';

const ID = 'five-digits/streamOffset';
const DATA = join(dirname(fileURLToPath(import.meta.url)), '..', 'data');
/** Seconds of a window, about one digit, and from one window to the next. */
const WINDOWS = { duration: STREAM, window: 1.2, hop: 0.1 };
/** Beyond the largest shift there is still room for a peak. */
const SEARCH = { maxOffset: MOST_SHIFT + 0.5 };
/** Seconds over which the sound's level is taken. */
const LEVEL_STEP = 0.01;
/** Streams of the training split, from which it learns by how much the best offset is off on average. */
const LEARNT_FROM = 40;

/**
 * By how much the clock of a sound is ahead of that of a pen, found by `estimateOffset` from the embeddings of 20 s streams,
 * made of held-out pictures and voices: `offset/medianErrorMs` of those it calls known, and the shares it calls unknown,
 * `offset/unknownTrue` of pairs and `offset/unknownUnrelated` of a pen with another stream's sound.
 */
export const streamOffset = definePlugin(({ trials = 200, audio = 'audio', sensor = 'sensor' } = {}) => {
  const inputs = [audio, sensor];
  const metric = { id: ID, inputs, measure: (evaluation) => measure(evaluation, { trials, audio, sensor }) };
  return { id: ID, contract: CONTRACT, setup: (scope) => scope.provide(METRIC, () => metric) };
});

async function measure(evaluation, { trials, ...inputs }) {
  const bias = median((await tryAll(evaluation, 'train', LEARNT_FROM, inputs)).map(errorOf));
  const found = await tryAll(evaluation, 'test', trials, inputs);
  const known = found.filter(({ own }) => own.known);
  const unknown = (offsets) => offsets.filter((offset) => !offset.known).length / offsets.length;
  const number = (value, n) => ({ value, low: value, high: value, n });
  const values = {
    'offset/medianErrorMs': number(median(known.map((each) => 1000 * Math.abs(errorOf(each) - bias))), known.length),
    'offset/unknownTrue': number(unknown(found.map(({ own }) => own)), found.length),
    'offset/unknownUnrelated': number(unknown(found.map(({ unrelated }) => unrelated)), found.length),
  };
  return { values, figures: [] };
}

const errorOf = ({ own, shift }) => own.offset - shift;

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** What is found for each trial's pen with its own sound, and with the sound of the trial before. */
async function tryAll(evaluation, split, count, inputs) {
  const stock = stockOf(DATA, split);
  const found = [];
  let before;
  for (let number = 0; number <= count; number++) {
    const trial = trialOf(stock, number);
    const pen = await penStream(evaluation, inputs.sensor, trial);
    const sound = await soundStream(evaluation, inputs.audio, trial);
    const offset = (other) => estimateOffset(pen, other, SEARCH);
    if (before) found.push({ shift: trial.shift, own: offset(sound), unrelated: offset(before) });
    before = sound;
  }
  return found;
}

async function penStream(evaluation, input, trial) {
  const pen = await penOf(trial, (image) => readBitmap(join(DATA, image)));
  const cut = (start, end) => {
    const part = pen.slice(Math.round(start * PEN_RATE), Math.round(end * PEN_RATE));
    const times = part.map((_, at) => at / PEN_RATE);
    const channel = (name) => ({ times, values: part.map((sample) => sample[name]) });
    return { channels: Object.fromEntries(['x', 'y', 'down', 'width'].map((name) => [name, channel(name)])) };
  };
  const envelope = { start: 0, step: 1 / PEN_RATE, values: pen.map(({ down }) => down) };
  return { ...(await embedWindows(evaluation, input, { ...WINDOWS, cut })), envelope };
}

async function soundStream(evaluation, input, trial) {
  const spoken = async (utterance) => samplesOfWav(await readFile(join(DATA, fileOf(utterance))), utterance.name);
  const { samples, rate } = await soundOf(trial, spoken);
  const cut = (start, end) => ({ samples: samples.slice(Math.round(start * rate), Math.round(end * rate)), rate });
  const envelope = { start: 0, step: LEVEL_STEP, values: levels(samples, LEVEL_STEP * rate) };
  return { ...(await embedWindows(evaluation, input, { ...WINDOWS, cut })), envelope };
}

/** Level of each `length` samples in decibels above the stream's quietest tenth, 0 below it. */
function levels(samples, length) {
  const level = Array.from({ length: Math.floor(samples.length / length) }, (_, at) => {
    const part = samples.subarray(Math.round(at * length), Math.round((at + 1) * length));
    return 10 * Math.log10(part.reduce((sum, value) => sum + value * value, 0) / part.length + 1e-8);
  });
  const floor = [...level].sort((a, b) => a - b)[Math.floor(level.length / 10)];
  return level.map((value) => Math.max(0, value - floor));
}
