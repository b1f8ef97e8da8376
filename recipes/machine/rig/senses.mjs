import { keyed } from '../../five-digits/make/keyed.mjs';
import { STEPS } from './rotor.mjs';

/** Values a second of each axis, samples a second, frames a second and their side in pixels. */
export const IMU_RATE = 400;
export const SOUND_RATE = 4000;
export const FPS = 8;
export const SIDE = 16;
export const AXES = /** @type {const} */ (['x', 'y', 'z']);
const G = 9.81;
/** Metres of the housing that a pixel shows, through a macro lens. */
const PIXEL = 20e-6;
/** Steps of an exposure, and how many of them are looked at. */
const EXPOSED = 32;
const LOOKS = 4;
/** Points of the housing's surface a pixel, and pixels of it that are known. */
const FINE = 8;
const SURFACE = 96;

/** An accelerometer on one end, in g: the mean over each period, gravity, noise, rounded to a thousandth. */
export class Imu {
  constructor({ gain, tilt, offset }, noise) {
    Object.assign(this, { gain, offset, noise });
    this.cosine = Math.cos(tilt);
    this.sine = Math.sin(tilt);
    this.sums = new Float64Array(3);
  }

  add({ x, y, z, plate }) {
    this.sums[0] += x.a + 0.3 * plate.a;
    this.sums[1] += y.a + plate.a;
    this.sums[2] += z.a + 0.2 * plate.a;
  }

  /** Writes the three axes to place `at` of each column. */
  read(columns, at) {
    const [x, y, z] = this.sums.map((sum) => (sum * IMU_RATE) / STEPS / G);
    const up = y + 1;
    const axes = [this.cosine * x - this.sine * up, this.sine * x + this.cosine * up, z];
    axes.forEach((value, axis) => {
      const told = this.gain * value + this.offset + 0.003 * this.noise.normal();
      columns[axis][at] = Math.round(told * 1000) / 1000;
    });
    this.sums.fill(0);
  }
}

/** A camera that looks at the housing in front: a surface with grain that moves, blurred over the exposure. */
export class Camera {
  constructor(machine, noise) {
    this.noise = noise;
    this.light = machine.light;
    this.surface = surfaceOf(machine.name);
    this.seen = new Float32Array(SIDE * SIDE);
    this.looks = 0;
  }

  /** @param {number} step of the frame's exposure */
  add(step, { x, y }) {
    if (step >= EXPOSED || step % (EXPOSED / LOOKS) !== 0) return;
    const [across, up] = [x.u / PIXEL, y.u / PIXEL].map((move) => Math.max(-30, Math.min(30, move)));
    for (let row = 0; row < SIDE; row++)
      for (let column = 0; column < SIDE; column++)
        this.seen[row * SIDE + column] += this.at(column + across, row + up);
    this.looks++;
  }

  at(column, row) {
    const half = (SURFACE - SIDE) / 2;
    const [i, j] = [Math.round((column + half) * FINE), Math.round((row + half) * FINE)];
    return this.surface[j * SURFACE * FINE + i];
  }

  /** @returns {Uint8Array} the frame */
  read() {
    const frame = Uint8Array.from(this.seen, (sum) => {
      const value = (this.light * sum) / this.looks + 2 * this.noise.normal();
      return Math.max(0, Math.min(255, Math.round(value)));
    });
    this.seen.fill(0);
    this.looks = 0;
    return frame;
  }
}

/** A bright bar and a bright edge on dark paint, as marks for a camera are, and a grain of the machine's own. */
function surfaceOf(name) {
  const side = SURFACE * FINE;
  const middle = side / 2;
  const [phase, wave] = [keyed('machine', name, 'grain'), 5 + keyed('machine', name, 'wave')];
  const soft = (distance) => 1 / (1 + Math.exp(distance / FINE));
  return Float32Array.from({ length: side * side }, (_, at) => {
    const [column, row] = [(at % side) - middle, Math.floor(at / side) - middle];
    const bar = soft(Math.abs(column) - 2.5 * FINE);
    const edge = soft(Math.abs(row) - 2.5 * FINE);
    const grain = Math.sin((column / FINE) * (TURN / wave) + TURN * phase) * Math.sin((row / FINE) * (TURN / wave));
    return 60 + 130 * Math.max(bar, edge) + 8 * grain;
  });
}

const TURN = 2 * Math.PI;
