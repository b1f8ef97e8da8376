import { between } from '../../five-digits/make/keyed.mjs';

/** What may be wrong with a machine. */
export const FAULTS = /** @type {const} */ (['imbalance', 'misalignment', 'looseness', 'bearing']);
/** Turns a second between which every machine of this kind works. */
export const SPEEDS = /** @type {const} */ ([18, 30]);

/**
 * One machine of a kind: the design is one, no two are alike. Lengths in metres, frequencies in hertz, forces as accelerations of
 * the housing in m/s^2.
 * @param {string} name
 */
export function machineOf(name) {
  const of = (what, low, high) => between([low, high], 'machine', name, what);
  const side = (which) => ({
    // Springs of the housing across, up and along the shaft, and of its plate.
    hertz: {
      x: of(`${which}/x`, 43, 49),
      y: of(`${which}/y`, 58, 66),
      z: of(`${which}/z`, 88, 98),
      plate: of(`${which}/plate`, 142, 158),
    },
    damping: of(`${which}/damping`, 0.07, 0.1),
    gain: of(`${which}/gain`, 0.97, 1.03),
    tilt: of(`${which}/tilt`, -0.03, 0.03),
    offset: of(`${which}/offset`, -0.004, 0.004),
    ring: of(`${which}/ring`, 1150, 1450),
  });
  return {
    name,
    front: side('front'),
    rear: side('rear'),
    // Mass times eccentricity over the housing's mass, where it lies along the shaft and at which angle.
    eccentricity: of('eccentricity', 18e-6, 28e-6),
    place: of('place', 0.4, 0.6),
    angle: of('angle', 0, 2 * Math.PI),
    coupling: of('coupling', 0.03, 0.06),
    blades: 7,
    bladeForce: of('blades', 0.1, 0.16),
    // Rolling elements that pass a point of the outer ring in a turn: (n / 2) (1 - d / D cos angle).
    passing: of('passing', 3.5, 3.65),
    friction: of('friction', 0.8, 1.25),
    floor: of('floor', 0.07, 0.14),
    air: of('air', 0.8, 1.25),
    hum: of('hum', 0.002, 0.005),
    light: of('light', 0.92, 1.08),
  };
}

/** @typedef {ReturnType<typeof machineOf>} Machine */

/**
 * How bad a fault is: several times what a sound machine has of it.
 * @param {typeof FAULTS[number]} fault @param {number} severity 1 is the least that the recipe has
 */
export function strengthOf(fault, severity) {
  const none = { eccentricity: 0, coupling: 0, slack: 0, pit: 0 };
  if (fault === 'imbalance') return { ...none, eccentricity: 75e-6 * severity };
  if (fault === 'misalignment') return { ...none, coupling: 0.7 * severity };
  if (fault === 'looseness') return { ...none, slack: Math.min(0.85, 0.6 * severity) };
  return { ...none, pit: severity };
}

/** Nothing is wrong. */
export const SOUND = { eccentricity: 0, coupling: 0, slack: 0, pit: 0 };
