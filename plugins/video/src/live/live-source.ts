import { ModalkitError, type Plugin } from '@modalkit/contract';
import { camera } from './camera.js';
import { framePipe } from './frame-pipe.js';
import type { FramePipeOptions } from './frame-source-options.js';
import { rtsp } from './rtsp.js';
import { testFrames } from './test-frames.js';

const KNOWN = ['size', 'fit', 'channels', 'fps', 'demuxer'];

/**
 * The source that an address names: `/dev/video0?size=32&channels=1&fps=8`, `rtsp://host/path`, `pipe:/tmp/frames?demuxer=mpegts`,
 * `test:testsrc2=size=64x48:rate=10`. Options stand after the last question mark, called as in `camera()`; a size is `32` or
 * `48x64`, height first.
 * @throws ModalkitError USAGE or OPTIONS that names what is wrong
 */
export function liveSource(address: string): Plugin {
  const { place, query } = splitAddress(address);
  const options = {
    ...(query.has('size') && { size: sizeOf(query.get('size')!) }),
    ...(query.has('fit') && { fit: query.get('fit') as 'crop' | 'pad' | 'stretch' }),
    ...(query.has('channels') && { channels: Number(query.get('channels')) as 1 | 3 }),
    ...(query.has('fps') && { fps: Number(query.get('fps')) }),
  };
  const pipe = afterPrefix(place, 'pipe:');
  if (pipe !== undefined) {
    const demuxer = (query.get('demuxer') ?? 'matroska') as FramePipeOptions['demuxer'];
    return framePipe({ ...options, address: pipe, demuxer });
  }
  if (query.has('demuxer'))
    throw new ModalkitError(
      'USAGE',
      `Address ${JSON.stringify(address)}: demuxer belongs to pipe: addresses; take it out.`,
    );
  if (place.startsWith('rtsp://')) return rtsp({ ...options, address: place });
  const test = afterPrefix(place, 'test:');
  return test === undefined ? camera({ ...options, address: place }) : testFrames({ ...options, address: test });
}

/** What stands after the last question mark is ours when all of it is; an RTSP address may have one of its own. */
function splitAddress(address: string): { readonly place: string; readonly query: URLSearchParams } {
  const mark = address.lastIndexOf('?');
  if (mark < 0) return { place: address, query: new URLSearchParams() };
  const query = new URLSearchParams(address.slice(mark + 1));
  const unknown = [...query.keys()].filter((key) => !KNOWN.includes(key));
  if (unknown.length === 0) return { place: address.slice(0, mark), query };
  if (address.startsWith('rtsp://')) return { place: address, query: new URLSearchParams() };
  const names = unknown.map((key) => JSON.stringify(key)).join(', ');
  throw new ModalkitError(
    'USAGE',
    `Address ${JSON.stringify(address)}: knows no ${names}; it may have ${KNOWN.join(', ')}.`,
  );
}

function sizeOf(text: string): number | [number, number] {
  const [height, width] = text.split('x').map(Number) as [number, number | undefined];
  return width === undefined ? height : [height, width];
}

function afterPrefix(text: string, prefix: string): string | undefined {
  return text.startsWith(prefix) ? text.slice(prefix.length) : undefined;
}
