import { between } from '../five-digits/make/keyed.mjs';
import { FAULTS } from './rig/machine.mjs';

/** Machines that are trained on, that alarms are calibrated on, and that are only ever tested on; seconds and faults of each. */
const SIZES = {
  train: { machines: 60, seconds: 50, faults: 0 },
  calibration: { machines: 60, seconds: 60, faults: 0 },
  test: { machines: 12, seconds: 64, faults: 2 },
};
/** Machines that are watched, so many hours in all; fewer when it is less than one. */
const WATCHED = { machines: 24, faults: 2 };
const FEW = 8;
/** The machine whose sensors are pseudo-terminals and pipes. */
const BENCH = { machines: 1, seconds: 20, faults: 0 };
/** Seconds that a fault lasts. */
const LASTS = 12;
/** How bad faults are. */
const SEVERITY = /** @type {const} */ ([1, 1.6]);

/**
 * @typedef {import('./rig/rig.mjs').Session & { name: string, split: string }} Planned
 * @param {number} hours that machines are watched in all
 * @returns {Planned[]} a session of each machine
 */
export function plan(hours, sizes = { ...SIZES, bench: BENCH }) {
  const machines = hours < 1 ? FEW : WATCHED.machines;
  const watched = { ...WATCHED, machines, seconds: Math.ceil((hours * 3600) / machines) };
  return Object.entries({ ...sizes, watched }).flatMap(([split, size]) =>
    Array.from({ length: size.machines }, (_, index) => sessionOf(split, index, size)),
  );
}

/** Long sessions have stops, none of them while something is wrong. */
function sessionOf(split, index, { seconds, faults }) {
  const machine = `${split}-${String(index + 1).padStart(2, '0')}`;
  const slot = seconds / Math.max(faults, 1);
  const wrong = Array.from({ length: faults }, (_, number) => {
    const start = slot * (number + 0.3) + between([0, 1], 'machine', machine, 'onset', number);
    // Each comes on as many machines as any other.
    const fault = FAULTS[(faults * index + number + Math.floor(index / 2)) % FAULTS.length];
    return { fault, start, end: start + LASTS, severity: between(SEVERITY, 'machine', machine, fault) };
  });
  return { name: machine, machine, day: 'day-1', split, seconds, stopEvery: slot > 300 ? slot / 2 : seconds, wrong };
}
