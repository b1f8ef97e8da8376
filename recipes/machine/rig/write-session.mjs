import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { liveSource as audioSource } from '@modalkit/audio';
import { composeSources, LABELS, readRecording } from '@modalkit/core';
import { liveSource as sensorSource } from '@modalkit/sensor';
import { liveSource as videoSource } from '@modalkit/video';
import { rigOf } from './rig.mjs';
import { AXES, FPS, IMU_RATE, SIDE, SOUND_RATE } from './senses.mjs';

const IMU = `?format=csv&channels=${AXES.map((axis) => `${axis}:${IMU_RATE}:g`).join()}`;

/**
 * What each stream of the machine is called on a command line.
 * @param {Record<'front' | 'rear' | 'sound' | 'view', string>} devices paths of two pseudo-terminals and two FIFOs
 */
export const addressesOf = ({ front, rear, sound, view }) => ({
  front: `${front}${IMU}`,
  rear: `${rear}${IMU}`,
  sound: `pipe:${sound}?demuxer=f32le&sourceRate=${SOUND_RATE}&rate=${SOUND_RATE}`,
  view: `pipe:${view}?demuxer=matroska&size=${SIDE}&channels=1&fps=${FPS}`,
});
const PLUGINS = { front: sensorSource, rear: sensorSource, sound: audioSource, view: videoSource };
const NOWHERE = addressesOf({ front: '/dev/null', rear: '/dev/null', sound: '/dev/null', view: '/dev/null' });

/**
 * Writes a session as `modalkit record` would have recorded it, but as fast as it is simulated: each stream's file by the recorder of its
 * own plugin, its events those that the device would have sent.
 * @param {string} folder is emptied
 * @param {import('./rig.mjs').Session} session
 */
export async function writeSession(folder, session) {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const plugins = Object.fromEntries(Object.entries(NOWHERE).map(([name, at]) => [name, PLUGINS[name](at)]));
  const { sources, dispose } = composeSources(plugins);
  const files = Object.fromEntries(
    Object.entries(sources).map(([name, { extension }]) => [name, `${name}.${extension}`]),
  );
  const recorders = {};
  for (const [name, source] of Object.entries(sources))
    recorders[name] = await source.record(join(folder, files[name]), 0);
  const rig = rigOf(session);
  let second = 0;
  for (const told of rig.seconds()) {
    for (const [name, events] of Object.entries(eventsOf(told, second)))
      for (const event of events) await recorders[name].write(event);
    second++;
  }
  for (const recorder of Object.values(recorders)) await recorder.close();
  const { seconds, machine } = session;
  const streams = Object.entries(sources).map(([name, { id, options }]) => ({
    ...{ name, plugin: id, address: NOWHERE[name], by: 'address', options, file: files[name], origin: 0 },
    ...{ events: seconds, counters: {}, gaps: [], known: [0, seconds] },
  }));
  await dispose();
  const recording = { format: 'modalkit-recording', version: 2, started: startOf(session.day), seconds };
  await writeJson(join(folder, 'recording.json'), { ...recording, state: 'finished', machine, streams });
  const labels = rig.labels().map((label) => `${JSON.stringify({ ...label, source: 'simulator' })}\n`);
  await writeFile(join(folder, LABELS), labels.join(''));
  await readRecording(folder);
}

const writeJson = (file, content) => writeFile(file, `${JSON.stringify(content, null, 1)}\n`);

/** No two days are at one time. */
const startOf = (day) =>
  new Date(
    Date.UTC(2026, 0, 1) + 864e5 * [...day].reduce((sum, letter) => (31 * sum + letter.charCodeAt(0)) % 3650, 0),
  ).toISOString();

/** A second of the machine as the events of its four streams. @param {import('./rig.mjs').Second} told */
function eventsOf({ front, rear, sound, frames }, second) {
  const event = (value, from, to) => ({ kind: 'data', value, time: [from, to], arrived: to });
  const times = Float64Array.from({ length: IMU_RATE }, (_, at) => second + at / IMU_RATE);
  const imu = (columns) => {
    const channels = Object.fromEntries(AXES.map((axis, at) => [axis, columns[at]]));
    const value = { times, sequence: times.map((_, at) => second * IMU_RATE + at), device: times, channels };
    return [event(value, times[0], times.at(-1))];
  };
  return {
    front: imu(front),
    rear: imu(rear),
    sound: [event({ samples: sound, rate: SOUND_RATE }, second, second + 1)],
    view: frames.map((pixels, at) =>
      event({ pixels, width: SIDE, height: SIDE, channels: 1 }, second + at / FPS, second + (at + 1) / FPS),
    ),
  };
}
