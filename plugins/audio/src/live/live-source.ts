import { ModalkitError, type Plugin } from '@modalkit/contract';
import { microphone } from './microphone.js';
import { soundPipe } from './sound-pipe.js';
import type { SoundPipeOptions } from './sound-source-options.js';
import { testSound } from './test-sound.js';

const COMMON = ['rate', 'block'];
const PIPE = ['demuxer', 'sourceRate', 'channels'];

/**
 * The source that an address names: `default?rate=8000`, `pulse:mic`, `pipe:/tmp/sound?demuxer=s16le&sourceRate=48000`,
 * `test:sine=frequency=440`. Options stand after the question mark, called as in `microphone()` and `soundPipe()`.
 * @throws ModalkitError USAGE or OPTIONS that names what is wrong
 */
export function liveSource(address: string): Plugin {
  const [place = '', ...rest] = address.split('?');
  const query = new URLSearchParams(rest.join('?'));
  const [, kind, target = place] = /^(pipe|test):(.*)$/s.exec(place) ?? [];
  checkKeys(address, query, kind === 'pipe' ? [...COMMON, ...PIPE] : COMMON);
  const options = Object.fromEntries(
    [...query].map(([key, value]) => [key, key === 'demuxer' ? value : Number(value)]),
  );
  if (kind === 'pipe') return soundPipe({ address: target, ...options } as SoundPipeOptions);
  if (kind === 'test') return testSound({ address: target, ...options });
  return microphone({ ...(target !== '' && { address: target }), ...options });
}

function checkKeys(address: string, query: URLSearchParams, known: readonly string[]): void {
  const unknown = [...query.keys()].filter((key) => !known.includes(key));
  if (unknown.length === 0) return;
  throw new ModalkitError(
    'USAGE',
    `Address ${JSON.stringify(address)}: knows no ${unknown.map((key) => JSON.stringify(key)).join(', ')}; it may have ${known.join(', ')}.`,
  );
}
