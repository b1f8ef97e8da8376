import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeMedia } from '@modalkit/media';
import { interrupted } from '../../tools/children.mjs';
import { eachOf } from './each-of.mjs';
import { FILM, filmOf } from './film.mjs';
import { makeFile } from './make-file.mjs';
import { recordPens } from './record-pens.mjs';
import { spoken } from './speech/bank.mjs';
import { mixed, SPEECH_RATE, stretched } from './speech/effects.mjs';
import { inNoise, revoiced } from './speech/vary.mjs';
import { wavOf } from './speech/wav.mjs';
import { penMotion } from './trace/pen-motion.mjs';
import { readBitmap } from './trace/read-bitmap.mjs';

/** @typedef {import('./plan.mjs').Plan} Plan */

/**
 * Makes the pictures, speech, films and pens that the manifest's rows name.
 * @param {string} folder
 * @param {string} digits folder of recipes/digits' data
 * @param {readonly Plan[]} plans
 */
export async function makeSamples(folder, digits, plans) {
  await eachOf('pictures, speech and films', plans, async (plan) => {
    const { image, audio, video } = plan.row;
    const picture = join(digits, plan.from.picture);
    if (image) await makeFile(folder, image, (aside) => copyFile(picture, aside));
    if (audio) await makeFile(folder, audio, async (aside) => writeFile(aside, wavOf(await soundTrack(folder, plan))));
    if (video) await makeFile(folder, video, async (aside) => writeFilm(folder, picture, plan, aside));
  });
  await recordPens(folder, digits, plans);
}

/** The voice in its place, as long as the drawing takes. */
async function soundTrack(folder, { from, seconds, spokenAt, utterance, variation }) {
  const voice = revoiced(await spoken(folder, utterance), variation);
  const room = (seconds - spokenAt) * SPEECH_RATE;
  const fits = voice.length <= room ? voice : stretched(voice, room / voice.length);
  return inNoise(mixed(seconds, [{ samples: fits, time: spokenAt }]), variation, from.id);
}

async function writeFilm(folder, picture, plan, file) {
  const pen = penMotion(await readBitmap(picture), plan.seconds);
  const { side, fps } = FILM;
  await encodeMedia({
    file,
    frames: { width: side, height: side, channels: 1, fps, data: filmOf(pen) },
    audio: { sampleRate: SPEECH_RATE, data: await soundTrack(folder, plan) },
    signal: interrupted,
  });
}
