import { SOUND } from './machine.mjs';

/** Steps a second in which the machine is followed. */
export const STEPS = 4000;
const DT = 1 / STEPS;
const TURN = 2 * Math.PI;
/** Share of a knock at one end that reaches the other. */
const PASSED_ON = 0.35;

/** A unit mass on a damped spring: u'' = force - c u' - k u, by the semi-implicit Euler method. */
class Spring {
  constructor(hertz, damping) {
    this.k = (TURN * hertz) ** 2;
    this.c = 2 * damping * TURN * hertz;
    this.u = 0;
    this.v = 0;
    this.a = 0;
  }

  push(force, stiffness = 1) {
    this.a = force - this.c * this.v - this.k * stiffness * this.u;
    this.v += this.a * DT;
    this.u += this.v * DT;
  }
}

/** Rings at a frequency after a knock: a pole pair. */
class Ring {
  constructor(hertz, seconds) {
    const radius = Math.exp(-DT / seconds);
    this.b = 2 * radius * Math.cos(TURN * hertz * DT);
    this.c = radius * radius;
    this.one = 0;
    this.two = 0;
  }

  knock(force) {
    const value = force + this.b * this.one - this.c * this.two;
    this.two = this.one;
    this.one = value;
    return value;
  }
}

/** One end of the machine: its housing at the bearing, in three directions, its plate and how that rings. */
class End {
  constructor({ hertz, damping, ring }) {
    this.x = new Spring(hertz.x, damping);
    this.y = new Spring(hertz.y, damping);
    this.z = new Spring(hertz.z, damping);
    this.plate = new Spring(hertz.plate, 0.04);
    this.ring = new Ring(ring, 0.004);
    this.heard = 0;
  }
}

/**
 * A rotor on two bearings in a housing on springs (Jeffcott's rotor, its shaft stiff): what turns pulls on both ends, what is wrong pulls
 * harder, twice a turn, or knocks.
 * - imbalance: m e w^2, turning with the shaft;
 * - misalignment: a force twice a turn across and once a turn along the shaft, at the coupling in front, the more the higher the load;
 * - looseness: the rear foot lifts, its spring is softer on the way up, and it strikes the floor on the way down;
 * - bearing: rolling elements pass a pit of the outer ring in front, slip a little, and knock with the load.
 */
export class Rotor {
  /** @param {import('./machine.mjs').Machine} machine @param {ReturnType<typeof import('./noise.mjs').noiseOf>} noise */
  constructor(machine, noise) {
    this.machine = machine;
    this.noise = noise;
    this.front = new End(machine.front);
    this.rear = new End(machine.rear);
    this.turns = 0;
    this.passed = 0;
    this.wrong = SOUND;
    this.lifted = false;
    this.beforeFront = 0;
    this.beforeRear = 0;
    this.air = 0;
  }

  /** One step at so many turns a second under a load of 0..1. @returns what a microphone hears of it */
  step(speed, load, time) {
    const { machine, noise, front, rear, wrong } = this;
    this.turns += speed * DT;
    const angle = TURN * this.turns;
    const pace = speed / 25;
    const squared = (TURN * speed) ** 2;
    const even = machine.eccentricity * squared;
    const heavy = wrong.eccentricity * squared;
    const [cosine, sine] = [Math.cos(angle + machine.angle), Math.sin(angle + machine.angle)];
    const [heavyX, heavyY] = [Math.cos(angle), Math.sin(angle)];
    const blade = machine.bladeForce * load * pace * pace * Math.cos(machine.blades * angle);
    const bent = (machine.coupling + wrong.coupling) * (0.6 + 0.4 * load) * pace;
    const twice = bent * Math.cos(2 * angle);
    const along = 0.5 * bent * Math.cos(angle + 1);
    const [pit, strike] = [this.pitKnock(speed, load), this.strike()];
    const pull = (end, share, heavyShare, twiceShare, stiffness, knock) => {
      end.x.push(even * share * cosine + heavy * heavyShare * heavyX + twiceShare * twice + this.shake());
      end.y.push(
        even * share * sine + heavy * heavyShare * heavyY + twiceShare * 0.6 * twice + this.shake(),
        stiffness,
      );
      end.z.push(twiceShare * along + 0.2 * blade + 0.5 * this.shake());
      end.plate.push(blade + 2 * this.shake());
      end.plate.v += 1.2e-3 * knock;
      const rub = 0.00064 * machine.friction * pace * (0.5 + 0.5 * load) * noise.normal();
      end.heard = end.ring.knock(0.03 * knock + rub);
    };
    pull(front, machine.place, 0.55, 1, 1, pit + PASSED_ON * strike);
    pull(rear, 1 - machine.place, 0.45, 0.45, this.lifted ? 1 - wrong.slack : 1, strike + PASSED_ON * pit);
    return this.heard(blade, pace, load, time);
  }

  /** Force of the floor: neighbours, traffic. */
  shake() {
    return this.machine.floor * this.noise.normal();
  }

  /** How hard a rolling element knocks in this step, mostly 0. */
  pitKnock(speed, load) {
    const { wrong, machine, noise } = this;
    if (wrong.pit === 0) return 0;
    const before = Math.floor(this.passed);
    this.passed += machine.passing * speed * DT * (1 + 0.3 * noise.normal());
    if (Math.floor(this.passed) <= before) return 0;
    return wrong.pit * (0.5 + 0.5 * load) * Math.sqrt(speed / 25) * (1 + 0.2 * noise.normal());
  }

  /** How hard the loose rear foot strikes as it comes down. */
  strike() {
    const { wrong, rear } = this;
    const lifted = wrong.slack > 0 && rear.y.u > 1e-6;
    const comesDown = this.lifted && !lifted;
    this.lifted = lifted;
    return comesDown ? 2500 * wrong.slack * Math.abs(rear.y.v) : 0;
  }

  heard(blade, pace, load, time) {
    const { machine, noise, front, rear } = this;
    const [a, b] = [front.y.a + 2 * front.plate.a, rear.y.a + 2 * rear.plate.a];
    const radiated = 0.0015 * (a - this.beforeFront + b - this.beforeRear);
    this.beforeFront = a;
    this.beforeRear = b;
    this.air += 0.5 * (noise.normal() - this.air);
    const blown = 0.012 * machine.air * pace * pace * (0.4 + 0.6 * load) * this.air;
    const hum = machine.hum * Math.sin(TURN * 100 * time);
    return front.heard + rear.heard + radiated + 0.01 * blade + blown + hum + 0.002 * noise.normal();
  }
}
