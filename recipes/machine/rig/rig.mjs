import { Drive } from './drive.mjs';
import { machineOf, SOUND, strengthOf } from './machine.mjs';
import { noiseOf } from './noise.mjs';
import { Rotor, STEPS } from './rotor.mjs';
import { AXES, Camera, FPS, IMU_RATE, Imu, SOUND_RATE } from './senses.mjs';

/** Turns a second below which no fault of a machine shows. */
const SLOW = 12;
/** Seconds that it shakes on after a fault is mended: no label. */
const SETTLES = 0.5;
const DRIVE_STEPS = 40;

/**
 * @typedef {{ fault: typeof import('./machine.mjs').FAULTS[number], start: number, end: number, severity: number }} Wrong
 * @typedef {{ machine: string, day: string, seconds: number, stopEvery?: number, wrong?: readonly Wrong[] }} Session
 * @typedef {{ front: Float32Array[], rear: Float32Array[], sound: Float32Array, frames: Uint8Array[] }} Second columns x, y, z in g;
 *   sound in -1..1; gray pixels
 * @typedef {{ start: number, end: number, label: string }} Label
 */

/**
 * A machine at work, second by second, as its sensors tell it, and what was the matter with it: `normal`, or a fault while the shaft
 * turns. At rest a fault does not show, and has no label.
 * @param {Session} session
 */
export function rigOf({ machine: name, day, seconds, stopEvery = 240, wrong = [] }) {
  const machine = machineOf(name);
  const noise = noiseOf(name, day);
  const rotor = new Rotor(machine, noise);
  const drive = new Drive(seconds, stopEvery, name, day);
  const [front, rear] = [new Imu(machine.front, noise), new Imu(machine.rear, noise)];
  const camera = new Camera(machine, noise);
  const labels = labelsOf();

  const run = (second) => {
    const told = emptySecond();
    let [imu, sound, heard] = [0, 0, 0];
    for (let step = 0; step < STEPS; step++) {
      const time = second + step / STEPS;
      if (step % DRIVE_STEPS === 0) {
        drive.go(time, DRIVE_STEPS / STEPS, noise.normal());
        const now = wrong.find(({ start, end }) => time >= start && time < end);
        rotor.wrong = now ? strengthOf(now.fault, now.severity) : SOUND;
        const mended = wrong.some(({ end }) => time >= end && time < end + SETTLES);
        labels.at(time, now ? drive.speed >= SLOW && now.fault : !mended && 'normal', DRIVE_STEPS / STEPS);
      }
      heard += rotor.step(drive.speed, drive.load, time);
      front.add(rotor.front);
      rear.add(rotor.rear);
      camera.add(step % (STEPS / FPS), rotor.front);
      if ((step + 1) % (STEPS / SOUND_RATE) === 0) {
        told.sound[sound++] = Math.max(-1, Math.min(1, (heard * SOUND_RATE) / STEPS));
        heard = 0;
      }
      if ((step + 1) % (STEPS / IMU_RATE) === 0) {
        front.read(told.front, imu);
        rear.read(told.rear, imu++);
      }
      if ((step + 1) % (STEPS / FPS) === 0) told.frames.push(camera.read());
    }
    return told;
  };
  return {
    *seconds() {
      for (let second = 0; second < seconds; second++) yield run(second);
    },
    /** @returns {readonly Label[]} of the seconds so far */
    labels: () => labels.all(),
  };
}

/** @returns {Second} */
function emptySecond() {
  const columns = () => AXES.map(() => new Float32Array(IMU_RATE));
  return { front: columns(), rear: columns(), sound: new Float32Array(SOUND_RATE), frames: [] };
}

/** Joins what is said moment by moment into spans. */
function labelsOf() {
  const spans = [];
  const onGrid = (time) => Math.round(time * 1000) / 1000;
  return {
    at(time, label, length) {
      const last = spans.at(-1);
      const end = onGrid(time + length);
      if (last && last.label === label) last.end = end;
      else spans.push({ start: onGrid(time), end, label });
    },
    all: () => spans.filter(({ label }) => label !== false),
  };
}
