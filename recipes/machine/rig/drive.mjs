import { between } from '../../five-digits/make/keyed.mjs';
import { SPEEDS } from './machine.mjs';

/** How fast speed and load follow what is asked, a second. */
const SPEED_UP = 6;
const LOAD_UP = 0.3;
/** Seconds of rest at the start, at the end, and whenever it stops. */
const REST = 3;
const STOP = 9;
const SETTLED = 6;

/**
 * What is asked of a machine: rest, then other speeds and loads every 8 to 16 seconds, a stop every `stopEvery` seconds, rest again.
 * @param {number} seconds @param {number} stopEvery @param {...(string | number)} key
 * @returns {{ at: number, speed: number, load: number }[]}
 */
function planOf(seconds, stopEvery, ...key) {
  const plan = [{ at: 0, speed: 0, load: 0 }];
  let nextStop = stopEvery;
  for (let at = REST, number = 0; at < seconds - STOP; number++) {
    const stops = at >= nextStop;
    if (stops) nextStop += stopEvery;
    const speed = stops ? 0 : between(SPEEDS, 'speed', ...key, number);
    plan.push({ at, speed, load: stops ? 0 : between([0.3, 1], 'load', ...key, number) });
    at += stops ? STOP : between([8, 16], 'pace', ...key, number);
  }
  plan.push({ at: seconds - STOP, speed: 0, load: 0 });
  return plan;
}

/** Speed in turns a second and load, 0..1, over time. */
export class Drive {
  constructor(seconds, stopEvery, ...key) {
    this.plan = planOf(seconds, stopEvery, ...key);
    this.speed = 0;
    this.load = 0;
    this.next = 0;
  }

  /** Goes on by `dt` seconds to `time`; `wander` is a normal deviate. */
  go(time, dt, wander) {
    while (this.next + 1 < this.plan.length && this.plan[this.next + 1].at <= time) this.next++;
    const { speed, load } = this.plan[this.next];
    const asked = speed === 0 ? 0 : speed * (1 + 0.002 * wander);
    this.speed = towards(this.speed, asked, SPEED_UP * dt);
    this.load = towards(this.load, this.speed > 1 ? load : 0, LOAD_UP * dt);
  }

  /** Seconds from which on a machine that began at rest runs. */
  static get runs() {
    return REST + SETTLED;
  }
}

const towards = (value, goal, most) => value + Math.max(-most, Math.min(most, goal - value));
