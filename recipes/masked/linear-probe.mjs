import { readFileSync } from 'node:fs';
import { CONTRACT, definePlugin, METRIC, proportion } from '@modalkit/core';
import { keyed } from '../five-digits/make/keyed.mjs';
import { fitProbe } from './fit-probe.mjs';

const ID = 'masked/linearProbe';
const MANIFEST = new URL('../five-digits/data/manifest.jsonl', import.meta.url);
const CLASSES = 10;
/** Of Student's distribution with 4 degrees of freedom: the mean of 5 draws lies within so many standard errors in 95 %. */
const T = 2.776;

/**
 * How far a linear layer comes on the pooled vectors of held-out samples: `probe/<input>/10`, fitted on 10 labelled training
 * samples a class, mean of 5 draws of them; and `probe/<input>/all` on all that have the input. The labels are read here alone.
 */
export const linearProbe = definePlugin(
  ({ inputs = ['image', 'audio', 'video', 'sensor'], all = ['image'], labels = 10, draws = 5 } = {}) => {
    const metric = { id: ID, inputs, measure: (evaluation) => measure(evaluation, { inputs, all, labels, draws }) };
    return { id: ID, contract: CONTRACT, setup: (scope) => scope.provide(METRIC, () => metric) };
  },
);

async function measure(evaluation, { inputs, all, labels, draws }) {
  const rows = readRows();
  const values = {};
  for (const input of inputs) {
    const having = rows.filter((row) => row.split === 'train' && row[input] !== undefined);
    const drawn = Array.from({ length: draws }, (_, draw) => drawOf(having, labels, draw));
    const wanted = all.includes(input) ? having : [...new Set(drawn.flat())];
    const vectors = await embedded(evaluation, input, wanted);
    const heldOut = heldOutOf(evaluation, input, rows);
    const hitsOf = (some) => hits(some, vectors, heldOut);
    values[`probe/${input}/${labels}`] = meanOf(
      drawn.map((some) => hitsOf(some) / heldOut.length),
      heldOut.length,
    );
    if (all.includes(input)) values[`probe/${input}/all`] = proportion(hitsOf(having), heldOut.length);
  }
  return { values, figures: [] };
}

function readRows() {
  const lines = readFileSync(MANIFEST, 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line));
}

/**
 * So many samples of each class, the same for every run.
 * @template {{ id: string, digit: string }} Row @param {readonly Row[]} rows @param {number} labels @param {number} draw
 * @returns {Row[]}
 */
export function drawOf(rows, labels, draw) {
  const ranked = rows
    .map((row) => ({ row, rank: keyed('probe', draw, row.id) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ row }) => row);
  return Array.from({ length: CLASSES }, (_, digit) =>
    ranked.filter((row) => row.digit === String(digit)).slice(0, labels),
  ).flat();
}

/** Unit vectors by row of the manifest. */
async function embedded(evaluation, input, rows) {
  const raw = rows.map((row) => row[input]);
  const flat = await evaluation.embed(input, raw);
  const width = flat.length / rows.length;
  return new Map(rows.map((row, at) => [row, flat.subarray(at * width, (at + 1) * width)]));
}

/** Vector and digit of the evaluated samples that have the input. */
function heldOutOf(evaluation, input, rows) {
  const digits = new Map(rows.map(({ id, digit }) => [id, Number(digit)]));
  const { rows: flat, present, width } = evaluation.embeddings(input);
  return evaluation.samples
    .map(({ id }, at) => ({
      there: present[at],
      digit: digits.get(id),
      vector: flat.subarray(at * width, (at + 1) * width),
    }))
    .filter(({ there }) => there);
}

function hits(labelled, vectors, heldOut) {
  const probe = fitProbe(
    labelled.map((row) => vectors.get(row)),
    labelled.map(({ digit }) => Number(digit)),
    CLASSES,
  );
  return heldOut.filter(({ vector, digit }) => probe(vector) === digit).length;
}

function meanOf(shares, n) {
  const value = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  const variance = shares.reduce((sum, share) => sum + (share - value) ** 2, 0) / (shares.length - 1);
  const half = T * Math.sqrt(variance / shares.length);
  return { value, low: value - half, high: value + half, n };
}
