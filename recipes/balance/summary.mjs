import { proportion } from '@modalkit/core';
import { TRAININGS } from './trainings.mjs';

/** How far behind its unimodal training a tower may be and still count as balanced, and from where on it is left behind. */
const CLOSE = 0.02;
const BEHIND = 0.05;
const Z = 1.96;

/**
 * @typedef {{ value: number, low: number, high: number, n: number }} Measured
 * @typedef {{ values: Record<string, Measured>, trainSeconds: number, backend: string }} Result summary.json of a training
 * @typedef {{ seed: number, name: string, joint: Result, probe: Result }} One a training with its probe
 */

/**
 * What the recipe comes to: for each training the accuracy of linear probes on its frozen towers and of its fused head, over all seeds,
 * and how far behind the unimodal training the voice's tower is.
 * @param {readonly One[]} results
 */
export function summarise(results) {
  const of = (name) => results.filter((one) => one.name === name);
  const alone = rowOf('apart', of('apart'));
  const names = TRAININGS.map(({ name }) => name).filter((name) => name !== 'apart' && of(name).length > 0);
  const rows = names.map((name) => compared(rowOf(name, of(name)), alone));
  const plain = rows.find(({ name }) => name === 'plain');
  const good = rows.filter(
    (row) => row !== plain && row.audioBehind.value <= CLOSE && (!plain || row.fused.value >= plain.fused.low),
  );
  const byBest = [...rows].sort((a, b) => a.audioBehind.value - b.audioBehind.value);
  return {
    finding: findingOf(alone, plain, good, byBest[0]),
    unimodal: alone,
    table: rows,
    seeds: [...new Set(results.map(({ seed }) => seed))],
    backend: results[0].joint.backend,
  };
}

function rowOf(name, ones) {
  const { title } = TRAININGS.find((training) => training.name === name);
  const pooled = (pick) => pool(ones.map(pick));
  return {
    name,
    title,
    audio: pooled(({ probe }) => probe.values['accuracy/heard']),
    image: pooled(({ probe }) => probe.values['accuracy/seen']),
    ...(name === 'apart' ? {} : { fused: pooled(({ joint }) => joint.values['accuracy/both']) }),
    bySeed: Object.fromEntries(
      ones.map(({ seed, probe, joint }) => [
        seed,
        {
          audio: probe.values['accuracy/heard'],
          image: probe.values['accuracy/seen'],
          ...(name === 'apart' ? {} : { fused: joint.values['accuracy/both'] }),
        },
      ]),
    ),
    trainSeconds: ones.reduce((sum, { joint }) => sum + joint.trainSeconds, 0) / ones.length,
  };
}

/** Accuracy over the samples of all seeds together, with its Wilson interval. @param {readonly Measured[]} measured */
function pool(measured) {
  const n = measured.reduce((sum, each) => sum + each.n, 0);
  return proportion(Math.round(measured.reduce((sum, each) => sum + each.value * each.n, 0)), n);
}

/** Against the unimodal training of the same seeds. */
function compared(row, alone) {
  const same = pool(Object.keys(row.bySeed).map((seed) => alone.bySeed[seed].audio));
  return { ...row, audioBehind: difference(same, row.audio) };
}

/** a - b with a 95 % interval as if both were apart: the held-out samples are the same, which makes the true one narrower. */
function difference(a, b) {
  const half = Z * Math.sqrt((a.value * (1 - a.value)) / a.n + (b.value * (1 - b.value)) / b.n);
  const value = a.value - b.value;
  return { value, low: value - half, high: value + half, n: b.n };
}

function findingOf(alone, plain, good, best) {
  const points = ({ value }) => `${(100 * value).toFixed(1)} points`;
  const behind = plain
    ? `Trained plainly together with the picture, the voice's tower is ${points(plain.audioBehind)} behind its own training (${alone.audio.value.toFixed(3)})${plain.audioBehind.value < BEHIND ? ', which is little' : ''}. `
    : '';
  if (good.length === 0)
    return `${behind}No balancer brings it within ${points({ value: CLOSE })} at no loss of fused accuracy; the nearest is ${best.title}, ${points(best.audioBehind)} behind.`;
  const list = good.map(
    (row) => `${row.title} (${points(row.audioBehind)} behind, fused ${row.fused.value.toFixed(3)})`,
  );
  return `${behind}Within ${points({ value: CLOSE })} and with a fused accuracy no worse than the plain ${plain?.fused.value.toFixed(3)}: ${list.join('; ')}. The others do not reach that.`;
}

/** The table as a picture for the report. @param {ReturnType<typeof summarise>} summary */
export function tableFigure({ unimodal, table }) {
  return {
    kind: 'matrix',
    title: `Accuracy on held-out samples; linear probes on frozen towers (voice alone ${unimodal.audio.value.toFixed(3)}, picture alone ${unimodal.image.value.toFixed(3)})`,
    rows: table.map(({ title }) => title),
    columns: ['voice', 'voice is behind', 'picture', 'both'],
    values: table.map((row) => [row.audio.value, row.audioBehind.value, row.image.value, row.fused.value]),
    rowTitle: 'training',
  };
}
