import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CONTRACT, definePlugin, METRIC } from '@modalkit/core';
import { fileOf } from '../make/speech/utterances.mjs';
import { samplesOfWav } from '../make/speech/wav.mjs';
import { readBitmap } from '../make/trace/read-bitmap.mjs';
import { correlate, peakOf } from './correlate.mjs';
import { stockOf } from './stock.mjs';
import { MOST_SHIFT, penOf, soundOf, trialOf } from './streams.mjs';
import { HOP, penWindows, soundWindows } from './windows.mjs';

const ID = 'five-digits/streamOffset';
const DATA = join(dirname(fileURLToPath(import.meta.url)), '..', 'data');
/** Streams of the training split, from which the threshold of sureness and the mean error are learnt. */
const LEARNT_FROM = 60;
/** Lags that are tried, in steps: beyond the largest shift there is still room for a peak. */
const MOST_LAG = Math.round((MOST_SHIFT + 0.3) / HOP);
const AROUND = Math.round(0.6 / HOP);

/**
 * By how much the clock of a sound is ahead of that of a pen, found by moving the embeddings of one stream against those of
 * the other, on 20 s streams made of held-out pictures and voices: `offset/medianErrorMs`, and the shares of pairs called
 * unknown, `offset/unknownUnrelated` and `offset/unknownTrue`.
 */
export const streamOffset = definePlugin(({ trials = 200, audio = 'audio', sensor = 'sensor' } = {}) => {
  const metric = {
    id: ID,
    inputs: [audio, sensor],
    measure: (evaluation) => measure(evaluation, { trials, audio, sensor }),
  };
  return { id: ID, contract: CONTRACT, setup: (scope) => scope.provide(METRIC, () => metric) };
});

async function measure(evaluation, { trials, audio, sensor }) {
  const learnt = learn(await tryAll(evaluation, 'train', LEARNT_FROM, { audio, sensor }));
  const found = await tryAll(evaluation, 'test', trials, { audio, sensor });
  const isUnknown = ({ sureness }) => sureness < learnt.least;
  const errors = found.map(({ own, shift }) => 1000 * Math.abs(own.lag * HOP - learnt.bias - shift));
  const known = errors.filter((_, at) => !isUnknown(found[at].own)).sort((a, b) => a - b);
  const share = (peaks) => peaks.filter(isUnknown).length / peaks.length;
  const number = (value, n) => ({ value, low: value, high: value, n });
  const values = {
    'offset/medianErrorMs': number(known[Math.floor(known.length / 2)] ?? Number.NaN, known.length),
    'offset/unknownUnrelated': number(share(found.map(({ unrelated }) => unrelated)), found.length),
    'offset/unknownTrue': number(share(found.map(({ own }) => own)), found.length),
  };
  return { values, figures: [] };
}

/** Each trial's own peak, and that of its pen with the sound of the trial before. */
async function tryAll(evaluation, split, count, { audio, sensor }) {
  const stock = stockOf(DATA, split);
  const spoken = async (utterance) => samplesOfWav(await readFile(join(DATA, fileOf(utterance))), utterance.name);
  const bitmapOf = (image) => readBitmap(join(DATA, image));
  const found = [];
  let before;
  for (let number = 0; number <= count; number++) {
    const trial = trialOf(stock, number);
    const pen = await embedded(evaluation, sensor, penWindows(await penOf(trial, bitmapOf)));
    const sound = await embedded(evaluation, audio, soundWindows(await soundOf(trial, spoken)));
    const peak = (other) => peakOf(correlate(pen, other, MOST_LAG), AROUND);
    if (before) found.push({ shift: trial.shift, own: peak(sound), unrelated: peak(before) });
    before = sound;
  }
  return found;
}

async function embedded(evaluation, input, windows) {
  const rows = await evaluation.embed(
    input,
    windows.map(({ raw }) => raw),
  );
  return { rows, width: rows.length / windows.length, length: windows.length };
}

/** The threshold halfway between what unrelated and true pairs reach, and the mean by which true peaks are off. */
function learn(found) {
  const rank = (peaks, share) =>
    peaks.map(({ sureness }) => sureness).sort((a, b) => a - b)[Math.floor(share * (peaks.length - 1))];
  const least =
    (rank(
      found.map(({ unrelated }) => unrelated),
      0.98,
    ) +
      rank(
        found.map(({ own }) => own),
        0.02,
      )) /
    2;
  const errors = found.map(({ own, shift }) => own.lag * HOP - shift).sort((a, b) => a - b);
  return { least, bias: errors[Math.floor(errors.length / 2)] };
}
