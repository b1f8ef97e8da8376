import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { make } from '../../../packages/media/test/helpers.js';

export type Input = 'audio' | 'video' | 'sensor';

/** What makes a sample bad, and where and why it is put aside. */
export interface BadWay {
  readonly stage: 'read' | 'prepare';
  readonly reason: RegExp;
  /** Ending of the file. */
  readonly ending: string;
  /** Puts it at a path. @param good a good file of this input */
  write(path: string, good: string): void;
}

const ENDING = { audio: '.wav', video: '.mp4', sensor: '.csv' } as const;
const PNG = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(500, 0xa5)]);
const HLS = '#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nother.ts\n#EXT-X-ENDLIST\n';

/** A file that is the beginning of another. */
const cut = (from: string, path: string, share: number) => {
  const bytes = readFileSync(from);
  writeFileSync(path, bytes.subarray(0, Math.floor(share * bytes.length)));
};
/** One bit of a file turned, `at` bytes from its start. */
const flip = (from: string, path: string, at: number, bit: number) => {
  const bytes = readFileSync(from);
  bytes[at]! ^= 1 << bit;
  writeFileSync(path, bytes);
};

/** The same for every input: what the file system says. */
const ofFiles = (ending: string): Record<string, BadWay> => ({
  empty: { stage: 'read', reason: /is empty \(0 bytes\)/, ending, write: (path) => writeFileSync(path, '') },
  missing: { stage: 'read', reason: /is missing/, ending, write: () => {} },
  unreadable: {
    ...{ stage: 'read', reason: /permission denied/, ending },
    write: (path, good) => {
      copyFileSync(good, path);
      chmodSync(path, 0);
    },
  },
  'link loop': {
    ...{ stage: 'read', reason: /link that leads to itself/, ending },
    write: (path) => symlinkSync(path, path),
  },
  'endless pipe': {
    ...{ stage: 'read', reason: /not a regular file/, ending },
    write: (path) => void execFileSync('mkfifo', [path]),
  },
});

/** Ten ways in which a sample of an input is bad. */
export function badWays(input: Input, folder: string): Record<string, BadWay> {
  const ending: string = ENDING[input];
  const prepare = (reason: RegExp, write: BadWay['write'], other = ending): BadWay => ({
    ...{ stage: 'prepare', reason, ending: other, write },
  });
  const made = (name: string, options: string) => make(join(folder, name), options);
  if (input === 'audio') {
    const long = made('long.flac', '-f lavfi -i anullsrc=r=8000:cl=mono -t 600');
    const speech = made('speech.m4a', '-f lavfi -i sine=frequency=300:duration=1:sample_rate=8000');
    return {
      ...ofFiles(ending),
      truncated: prepare(/truncated or damaged/, (path) => cut(speech, path, 0.5), '.m4a'),
      'bit flip': prepare(/no audio or video file/, (path, good) => flip(good, path, 9, 5)),
      'wrong type': prepare(/no audio or video file/, (path) => writeFileSync(path, PNG)),
      playlist: prepare(/an ffconcat list/, (path) => writeFileSync(path, "ffconcat version 1.0\nfile 'o.wav'\n")),
      bomb: prepare(/more than maxSeconds/, (path) => copyFileSync(long, path), '.flac'),
    };
  }
  if (input === 'video') {
    const vast = made('vast.mp4', '-f lavfi -i color=black:size=4800x4800 -frames:v 1 -c:v mpeg4');
    return {
      ...ofFiles(ending),
      truncated: prepare(/truncated or damaged/, (path, good) => cut(good, path, 0.5)),
      'bit flip': prepare(/no audio or video file/, (path, good) => flip(good, path, 5, 5)),
      'wrong type': prepare(/no audio or video file/, (path) => writeFileSync(path, PNG)),
      playlist: prepare(/an HLS playlist/, (path) => writeFileSync(path, HLS)),
      bomb: prepare(/4800 x 4800 pixels, more than/, (path) => copyFileSync(vast, path)),
    };
  }
  return {
    ...ofFiles(ending),
    truncated: prepare(/no CSV file|Invalid Record Length/, (path) =>
      writeFileSync(path, 'time,x,y\n0.01,1,2\n0.02,3'),
    ),
    'bit flip': prepare(/give a number/, (path, good) => flip(good, path, 'time,x,y\n0.00,'.length, 6)),
    'wrong type': prepare(/not UTF-8/, (path) => writeFileSync(path, PNG)),
    playlist: prepare(/has no rows/, (path) => writeFileSync(path, HLS)),
    bomb: prepare(/more than maxTokens/, (path) => writeFileSync(path, 'time,x,y\n0,1,2\n1e9,1,2\n')),
  };
}

/** A good file of an input. */
function writeGood(input: Input, path: string, seed: number): void {
  if (input === 'sensor') {
    const row = (index: number) => `${(index / 100).toFixed(2)},${(seed * index) % 7},${(seed + index) % 5}`;
    writeFileSync(path, ['time,x,y', ...Array.from({ length: 60 }, (_, index) => row(index))].join('\n'));
  } else if (input === 'audio')
    make(path, `-f lavfi -i sine=frequency=${200 + 50 * seed}:duration=0.3:sample_rate=8000`);
  else make(path, `-f lavfi -i testsrc2=size=32x32:rate=10:duration=0.${3 + seed}`);
}

export interface Row {
  readonly id: string;
  readonly file: string;
  readonly way?: string;
}

/**
 * Writes samples of which `each` of every bad way are spread evenly among the good ones, and two manifests: `all.jsonl`, and
 * `good.jsonl` without the bad.
 */
export function writeDataset(input: Input, folder: string, good: number, each: number) {
  const [data, originals] = [join(folder, 'data'), join(folder, 'originals')];
  for (const path of [data, originals]) mkdirSync(path, { recursive: true });
  const ways = badWays(input, originals);
  const pool = [0, 1, 2].map((seed) => join(originals, `${seed}${ENDING[input]}`));
  for (const [seed, path] of pool.entries()) writeGood(input, path, seed);
  const bad = Object.keys(ways).flatMap((way) => Array.from({ length: each }, () => way));
  const total = good + bad.length;
  const rows: Row[] = [];
  for (let index = 0; index < total; index++) {
    const due = Math.floor(((index + 1) * bad.length) / total) > Math.floor((index * bad.length) / total);
    const way = due ? bad[(7 * rows.filter((row) => row.way).length) % bad.length] : undefined;
    const file = `样本 ${index}${way === undefined ? ENDING[input] : ways[way]!.ending}`;
    if (way === undefined) copyFileSync(pool[index % 3]!, join(data, file));
    else ways[way]!.write(join(data, file), pool[0]!);
    rows.push({ id: `s${index}`, file, ...(way !== undefined && { way }) });
  }
  const manifest = (name: string, kept: readonly Row[]) => {
    const lines = kept.map(({ id, file }) => JSON.stringify({ id, split: 'train', [input]: file }));
    writeFileSync(join(data, name), lines.join('\n'));
    return join(data, name);
  };
  const sound = rows.filter((row) => row.way === undefined);
  return { rows, ways, all: manifest('all.jsonl', rows), good: manifest('good.jsonl', sound) };
}
