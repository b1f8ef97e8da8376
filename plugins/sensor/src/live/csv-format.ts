import type { Packet, PacketFormat } from './packet-format.js';
import { parseDecimal } from './parse-decimal.js';
import { shortFloat } from './short-float.js';

/** Ticks in a second of the units that a device may count its time in. */
export const TICKS = { s: 1, ms: 1e3, us: 1e6 } as const;
export type TickUnit = keyof typeof TICKS;

const COMMA = 0x2c;

/**
 * Lines of numbers with commas between them; an empty field is a channel without a value.
 * @param columns what each field is: `seq`, `time`, a channel's column, or any other name for a field not used
 * @param channels columns of the channels, in the order of the options
 */
export function csvFormat(columns: readonly string[], channels: readonly string[], unit: TickUnit): PacketFormat {
  const roles = columns.map((column) => (column === 'seq' ? -1 : column === 'time' ? -2 : roleOf(column, channels)));
  const fields = new Float64Array(columns.length);
  const [seq, time] = [columns.indexOf('seq'), columns.indexOf('time')];
  return {
    delimiter: 0x0a,
    numbered: seq >= 0,
    timed: time >= 0,
    decode(bytes, start, end, batch) {
      if (!parseFields(bytes, start, end, fields, roles)) return false;
      if ((seq >= 0 && !isSequence(fields[seq]!)) || (time >= 0 && Number.isNaN(fields[time]!))) return false;
      const first = batch.add(seq < 0 ? Number.NaN : fields[seq]!, time < 0 ? Number.NaN : fields[time]! / TICKS[unit]);
      for (let field = 0; field < roles.length; field++)
        if (roles[field]! >= 0) batch.values[first * channels.length + roles[field]!] = fields[field]!;
      return true;
    },
    encode(packet) {
      const cells = roles.map((role) => cell(packet, role, unit));
      return new TextEncoder().encode(`${cells.join(',')}\n`);
    },
  };
}

/** Index of the channel; -3 for a field that is none. */
function roleOf(column: string, channels: readonly string[]): number {
  const channel = channels.indexOf(column);
  return channel < 0 ? -3 : channel;
}

/** A whole number of 32 bits. */
export const isSequence = (value: number): boolean => value >>> 0 === value;

/** Fills `fields`; false when their number is another one or a used field holds no number. */
function parseFields(
  bytes: Uint8Array,
  start: number,
  end: number,
  fields: Float64Array,
  roles: readonly number[],
): boolean {
  let field = 0;
  let from = start;
  for (let at = start; at <= end; at++) {
    if (at < end && bytes[at] !== COMMA) continue;
    if (field === fields.length) return false;
    const value = parseDecimal(bytes, from, at);
    if (Number.isNaN(value) && roles[field]! > -3 && !isEmpty(bytes, from, at)) return false;
    fields[field++] = value;
    from = at + 1;
  }
  return field === fields.length;
}

function isEmpty(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at]! > 0x20) return false;
  return true;
}

function cell({ sequence, device, values }: Packet, role: number, unit: TickUnit): string {
  if (role === -1) return String(sequence);
  if (role === -2) return tickText(device, unit);
  return role < 0 ? '' : shortFloat(values[role]!);
}

/** Device time in its unit, to the microsecond. */
export function tickText(seconds: number, unit: TickUnit): string {
  return String(Math.round(seconds * 1e6) / (1e6 / TICKS[unit]));
}
