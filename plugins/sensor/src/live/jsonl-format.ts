import { isSequence, TICKS, type TickUnit, tickText } from './csv-format.js';
import type { PacketFormat } from './packet-format.js';
import { shortFloat } from './short-float.js';

/**
 * One JSON object a line: `{"seq":7,"time":0.07,"x":1.5}`. A channel that is missing or null has no value; other keys are
 * left alone.
 * @param keys keys of the channels, in the order of the options
 * @param numbered the device sends `seq`
 * @param timed the device sends `time`
 */
export function jsonlFormat(
  keys: readonly string[],
  unit: TickUnit,
  { numbered, timed }: { numbered: boolean; timed: boolean },
): PacketFormat {
  const text = new TextDecoder('utf-8', { fatal: true });
  return {
    delimiter: 0x0a,
    numbered,
    timed,
    decode(bytes, start, end, batch) {
      const packet = parseObject(text, bytes.subarray(start, end));
      if (!packet) return false;
      const { seq, time } = packet;
      if ((numbered && !(typeof seq === 'number' && isSequence(seq))) || (timed && typeof time !== 'number'))
        return false;
      const values = keys.map((key) => packet[key] ?? Number.NaN);
      if (!values.every((value) => typeof value === 'number')) return false;
      const row = batch.add(
        numbered ? (seq as number) : Number.NaN,
        timed ? (time as number) / TICKS[unit] : Number.NaN,
      );
      batch.values.set(values as number[], row * keys.length);
      return true;
    },
    encode({ sequence, device, values }) {
      const entries = keys.flatMap((key, channel) =>
        Number.isNaN(values[channel]!) ? [] : [`${JSON.stringify(key)}:${shortFloat(values[channel]!)}`],
      );
      if (timed) entries.unshift(`"time":${tickText(device, unit)}`);
      if (numbered) entries.unshift(`"seq":${sequence}`);
      return new TextEncoder().encode(`{${entries.join(',')}}\n`);
    },
  };
}

function parseObject(text: InstanceType<typeof TextDecoder>, bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text.decode(bytes));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
