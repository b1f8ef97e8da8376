// Live sensors: packets parsed, windowed and standardised; the time from a window's last byte to its embedding; memory; bytes
// without an end. One sample is one value of one channel.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { selectBackend } from '@modalkit/backend';
import { packetDecoder, sensor, serial } from '@modalkit/sensor';
import { createTestModel } from '@modalkit/toolkit/testing';
import { adapterOf, eventOf, sourceOf } from './sensor/parts.mjs';
import { median } from './tools/median.mjs';

const NAMES = [...'abcdefgh'];
const RATE = 1000;
const PACKETS = 125_000; // a round: 10^6 samples
const ROUNDS = 10;
const CSV_ROUNDS = 4;
const READ = 4096; // bytes that a terminal gives at once

export const bench = async () => {
  const cobs = throughput('cobs', ROUNDS);
  const csv = throughput('csv', CSV_ROUNDS);
  return {
    samplesPerSecond: Math.round(cobs.samplesPerSecond),
    liveP99Ms: Number((await liveLatency()).toFixed(2)),
    noDelimiterMs: Number(noDelimiter().toFixed(1)),
    rssSlopeMb: Number(cobs.slope.toFixed(2)),
    csvSamplesPerSecond: Math.round(csv.samplesPerSecond),
  };
};

function serialOptions(format, names, rate) {
  return { port: 'bench', format, channels: Object.fromEntries(names.map((name) => [name, { rate }])) };
}

/** Bytes to standardised windows, round by round; `slope` is the growth of memory over all of them, in MB. */
function throughput(format, rounds) {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  const options = serialOptions(format, NAMES, RATE);
  const decoder = packetDecoder(options);
  const adapter = adapterOf(sensor({ channels: options.channels, window: 0.1, chunk: 10 }));
  const state = { mean: NAMES.map(() => 0.1), std: NAMES.map(() => 0.7) };
  const stream = adapter.stream({ input: 'bench', state });
  const { bytesOf } = sourceOf(serial(options));
  const speeds = [];
  const memory = [];
  let windows = 0;
  for (let round = 0; round < rounds; round++) {
    const bytes = bytesOf(eventOf(NAMES, round * PACKETS, PACKETS, RATE));
    const begin = performance.now();
    for (let from = 0; from < bytes.length; from += READ) {
      const arrived = ((round + (from + READ) / bytes.length) * PACKETS) / RATE;
      for (const event of decoder.push(bytes.subarray(from, from + READ), arrived))
        windows += stream.push(event).length;
    }
    speeds.push((1000 * PACKETS * NAMES.length) / (performance.now() - begin));
    collect();
    memory.push(process.memoryUsage().rss / 2 ** 20);
  }
  const { used, lost, bad } = decoder.counters();
  if (used !== rounds * PACKETS || lost + bad > 0 || windows < rounds * (PACKETS / RATE - 1))
    throw new Error(`bench: ${used} packets used, ${lost} lost, ${bad} bad, ${windows} windows.`);
  return { samplesPerSecond: median(speeds), slope: memory.at(-1) - Math.max(...memory.slice(0, 3)) };
}

/** 99 % of the embeddings of a pen's window are there after so many ms: frames, windows, model, read back. */
async function liveLatency() {
  const { tf } = await selectBackend();
  const names = ['x', 'y', 'down'];
  const options = serialOptions('cobs', names, 100);
  const plugin = sensor({ channels: options.channels, window: 0.1, chunk: 10, encoder: 'conv', width: 64, layers: 2 });
  const adapter = adapterOf(plugin);
  const state = { mean: [0, 0, 0], std: [1, 1, 1] };
  const { init, step } = createTestModel({ tf, state, width: 64, training: false });
  adapter.init(init);
  const stream = adapter.stream({ input: 'pen', state });
  const decoder = packetDecoder(options);
  const { bytesOf } = sourceOf(serial(options));
  const tensorOf = ({ data, shape, dtype }) => tf.tensor(data, shape, dtype);
  const embed = (prepared) =>
    tf.tidy(() => {
      const arrays = adapter.collate([prepared], { batch: 1, length: 10 }, { state });
      const tensors = Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, tensorOf(array)]));
      const tokens = adapter.encode(tensors, { hidden: tf.zeros([1, 10], 'bool') }, step);
      return adapter.align(tokens, step.space, step).pooled.dataSync();
    });
  const took = [];
  for (let packet = 0; packet < 100 * 320; packet++) {
    const bytes = bytesOf(eventOf(names, packet, 1, 100));
    const begin = performance.now();
    for (const event of decoder.push(bytes, packet / 100))
      for (const { prepared } of stream.push(event)) {
        embed(prepared);
        took.push(performance.now() - begin);
      }
  }
  const sorted = took.slice(20).sort((a, b) => a - b);
  return sorted[Math.ceil(0.99 * sorted.length) - 1];
}

/** 8 MB without a delimiter. */
function noDelimiter() {
  const decoder = packetDecoder(serialOptions('cobs', NAMES, RATE));
  const junk = new Uint8Array(65_536).fill(0x55);
  const begin = performance.now();
  for (let part = 0; part < 128; part++) decoder.push(junk, 0);
  return performance.now() - begin;
}
