import { ModalkitError, type Plugin } from '@modalkit/contract';
import { serial } from './serial.js';
import type { SerialOptions } from './serial-options.js';

const NUMBERS = ['jump', 'reorder', 'gap', 'buffer'];
const WORDS = ['format', 'checksum', 'timeUnit', 'clock', 'overflow'];
const SWITCHES = ['numbered', 'timed'];
const KNOWN = ['baud', 'channels', 'columns', ...NUMBERS, ...WORDS, ...SWITCHES];

/**
 * The source that an address names: `/dev/ttyUSB0?baud=115200&format=csv&channels=x:100,y:100:px`. A channel is
 * `name[:rate[:unit]]`; the rest is called as in `serial()`, `baud` its baudRate.
 * @throws ModalkitError USAGE or OPTIONS that names what is wrong
 */
export function liveSource(address: string): Plugin {
  const mark = address.indexOf('?');
  const query = new URLSearchParams(mark < 0 ? '' : address.slice(mark + 1).replaceAll('+', '%2B'));
  const unknown = [...query.keys()].filter((key) => !KNOWN.includes(key));
  if (unknown.length > 0)
    throw new ModalkitError(
      'USAGE',
      `Address ${JSON.stringify(address)}: knows no ${unknown.map((key) => JSON.stringify(key)).join(', ')}; it may have ${KNOWN.join(', ')}.`,
    );
  if (!query.get('channels'))
    throw new ModalkitError(
      'USAGE',
      `Address ${JSON.stringify(address)}: names no channels; add for example ?format=csv&channels=x:100,y:100.`,
    );
  const list = (key: string) => query.get(key)?.split(',');
  const given = <T>(keys: readonly string[], read: (text: string) => T) =>
    Object.fromEntries(keys.flatMap((key) => (query.has(key) ? [[key, read(query.get(key)!)]] : [])));
  const options = {
    port: mark < 0 ? address : address.slice(0, mark),
    format: 'cobs',
    channels: Object.fromEntries(list('channels')!.map(channelOf)),
    ...(query.has('baud') && { baudRate: Number(query.get('baud')) }),
    ...(query.has('columns') && { columns: list('columns') }),
    ...given(NUMBERS, Number),
    ...given(WORDS, String),
    ...given(SWITCHES, (text) => text === 'true'),
  };
  return serial(options as SerialOptions);
}

function channelOf(text: string): [string, { rate?: number; unit?: string }] {
  const [name = '', rate, unit] = text.split(':');
  return [name, { ...(rate && { rate: Number(rate) }), ...(unit && { unit }) }];
}
