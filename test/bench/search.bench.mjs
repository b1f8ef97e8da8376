// `modalkit query` over stored vectors: reading them, searches without encoding, and the encoding of a query apart, by the main job's model.
//   npm run bench -- search --json [--vectors 100000] [--width 256] [--queries 1000]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { selectBackend } from '@modalkit/backend';
import { openIndex, writeIndex } from '@modalkit/core';
import { load } from 'modalkit';
import { withTrainedDigits } from './tools/digits.mjs';
import { median } from './tools/median.mjs';

const TOP = 10;
/** Queries that are answered by a loop over all vectors too. */
const CHECKED = 5;
/** Queries that are encoded, and those before them that are not counted. */
const [ENCODED, WARM] = [200, 10];

export async function bench(args) {
  const number = { type: 'string' };
  const options = { vectors: number, width: number, queries: number, json: { type: 'boolean' } };
  const { values } = parseArgs({ args, options, allowPositionals: true });
  const [count, width, queries] = [values.vectors ?? 100_000, values.width ?? 256, values.queries ?? 1000].map(Number);
  const backend = await selectBackend();
  const { tf } = backend;
  const rows = unitRows(count, width, 1);
  const folder = mkdtempSync(join(tmpdir(), 'modalkit-bench-search-'));
  try {
    await writeIndex(folder, Array.from({ length: count }, sample), {
      caption: { width, rows, present: new Uint8Array(count).fill(1) },
    });
    const loading = process.cpuUsage();
    const began = performance.now();
    const index = await openIndex(tf, folder, 'caption');
    const reading = { ms: performance.now() - began, cpuMs: cpuMsSince(loading) };
    const asked = unitRows(queries, width, 2);
    const ms = [];
    const searching = process.cpuUsage();
    const first = [];
    for (let query = 0; query < queries; query++) {
      const vector = asked.slice(query * width, (query + 1) * width);
      const start = performance.now();
      const found = await index.search(vector, TOP);
      ms.push(performance.now() - start);
      first.push(found[0].sample.id);
    }
    const cpuMs = cpuMsSince(searching) / queries;
    index.dispose();
    for (let query = 0; query < CHECKED; query++) {
      const right = best(rows, asked.subarray(query * width, (query + 1) * width));
      if (first[query] !== `${right}`)
        throw new Error(`query ${query} found ${first[query]}; the nearest is ${right}.`);
    }
    const sorted = ms.toSorted((a, b) => a - b);
    const rank = (share) => Number(sorted[Math.ceil(share * queries) - 1].toFixed(2));
    return {
      p50Ms: rank(0.5),
      p99Ms: rank(0.99),
      cpuMs: Number(cpuMs.toFixed(2)),
      loadMs: Math.round(reading.ms),
      loadCpuMs: Math.round(reading.cpuMs),
      ...(await withTrainedDigits(encoding)),
      vectors: count,
      width,
      queries,
      backend: backend.id,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Vectors of sentences that are asked one after the other, as they are in a service that has loaded the run. */
async function encoding(run) {
  const model = await load(run);
  const ms = [];
  let before;
  for (let query = -WARM; query < ENCODED; query++) {
    if (query === 0) before = process.cpuUsage();
    const start = performance.now();
    await model.embed('caption', [query % 2 ? 'a seven' : '数字七']);
    if (query >= 0) ms.push(performance.now() - start);
  }
  const cpuMs = cpuMsSince(before) / ENCODED;
  await model.dispose();
  return { encodeMs: Number(median(ms).toFixed(2)), encodeCpuMs: Number(cpuMs.toFixed(2)) };
}

/** Processor time of all threads, whatever else runs on the machine. */
function cpuMsSince(before) {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const sample = (_, at) => ({
  id: `${at}`,
  inputs: { caption: `caption number ${at} of a picture`, picture: `pictures/${at}.png` },
  targets: { digit: at % 10 },
});

/** Rows of length 1 from a generator of Park and Miller. */
function unitRows(count, width, seed) {
  const rows = new Float32Array(count * width);
  let state = seed;
  for (let row = 0; row < count; row++) {
    let squares = 0;
    for (let at = row * width; at < (row + 1) * width; at++) {
      state = (state * 48271) % 2147483647;
      rows[at] = state / 2147483647 - 0.5;
      squares += rows[at] ** 2;
    }
    for (let at = row * width; at < (row + 1) * width; at++) rows[at] /= Math.sqrt(squares);
  }
  return rows;
}

/** The row with the largest product. */
function best(rows, vector) {
  let [found, highest] = [-1, Number.NEGATIVE_INFINITY];
  for (let row = 0; row < rows.length / vector.length; row++) {
    let score = 0;
    for (let at = 0; at < vector.length; at++) score += vector[at] * rows[row * vector.length + at];
    if (score > highest) [found, highest] = [row, score];
  }
  return found;
}
