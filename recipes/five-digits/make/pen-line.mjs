import { composeSources, sessionClock } from '@modalkit/core';
import { serial } from '@modalkit/sensor';
import { openPseudoTerminal } from 'modalkit';
import { PEN_RATE } from './trace/pen-motion.mjs';

/** What a pen tells. */
const TOLD = ['x', 'y', 'down', 'width'];
/** `pen` tells one drawing's packets from the next one's. */
const CHANNELS = Object.fromEntries([...TOLD, 'pen'].map((name) => [name, { rate: PEN_RATE }]));
/** Seconds that the last packets may take. */
const PATIENCE = 30;

/** @typedef {import('./trace/pen-motion.mjs').PenSample} PenSample */

/**
 * Plays pens one after the other into a pseudo-terminal, as a tablet on a serial port would send them but as fast as they are
 * taken, and reads them from its device by `serial()`: COBS frames with checksums, the device's clock.
 * @param {readonly (readonly PenSample[])[]} pens
 * @param {(pen: number) => void} [arrived] called as a pen's first packet comes
 * @returns {Promise<PenSample[][]>} what came, each pen's times from its own first packet on
 * @throws Error when a packet was lost, and ModalkitError when there is no pseudo-terminal to be had
 */
export async function throughTerminal(pens, arrived = () => undefined) {
  const stop = new AbortController();
  const terminal = await openPseudoTerminal(stop.signal);
  const options = { port: terminal.device, format: 'cobs', channels: CHANNELS, clock: 'device', overflow: 'fail' };
  const { sources, dispose } = composeSources({ pen: serial({ ...options, buffer: 1_000_000 }) });
  const stream = sources.pen.open({ now: sessionClock(), signal: stop.signal, notice: () => undefined });
  try {
    const total = pens.reduce((sum, pen) => sum + pen.length, 0);
    const reading = collect(stream, pens.length, total, arrived);
    await send(terminal, sources.pen, pens);
    const received = await Promise.race([reading, late()]);
    if (received) return received;
    throw new Error(
      `five-digits: of ${total} packets not all came through ${terminal.device}: ${JSON.stringify(stream.counters())}; run it again.`,
    );
  } finally {
    stop.abort();
    await dispose();
  }
}

async function send(terminal, source, pens) {
  let sent = 0;
  for (const [number, pen] of pens.entries()) {
    const device = Float64Array.from(pen, (_, at) => (sent + at) / PEN_RATE);
    const channels = {
      ...Object.fromEntries(TOLD.map((name) => [name, Float32Array.from(pen, (sample) => sample[name])])),
      pen: new Float32Array(pen.length).fill(number),
    };
    const sequence = Float64Array.from(pen, (_, at) => sent + at);
    const value = { times: device, sequence, device, channels };
    const bytes = source.bytesOf({ kind: 'data', value, time: [device[0], device.at(-1)], arrived: 0 });
    if (!(await terminal.write(bytes)))
      throw new Error(`five-digits: ${terminal.device} hung up while pens were sent; run it again.`);
    sent += pen.length;
  }
}

/** Takes events until all packets have come. */
async function collect(stream, count, total, arrived) {
  const pens = Array.from({ length: count }, () => []);
  let came = 0;
  for await (const event of stream) {
    if (event.kind === 'gap') continue;
    const { device, channels } = event.value;
    for (const [row, pen] of channels.pen.entries()) {
      const samples = pens[pen];
      if (samples.length === 0) arrived(pen);
      const told = TOLD.map((name) => [name, Math.round(channels[name][row] * 1e4) / 1e4]);
      samples.push({ device: device[row], ...Object.fromEntries(told) });
    }
    came += channels.pen.length;
    if (came >= total) break;
  }
  return pens.map((samples) =>
    samples.map(({ device, ...rest }) => ({ time: Math.round((device - samples[0].device) * 1e6) / 1e6, ...rest })),
  );
}

const late = () => new Promise((resolve) => setTimeout(resolve, 1000 * PATIENCE).unref());
