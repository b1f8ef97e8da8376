import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { make } from '../../../packages/media/test/helpers.js';

/** A file that wants another one opened. */
export interface Vector {
  readonly name: string;
  /** What is given to the reader. */
  readonly file: string;
  /** Opens of paths that contain this are foreign. */
  readonly foreign: string;
}

const HTTP = 'http://127.0.0.1:9/x.ts';

/** Writes the vectors of FAULTS M7, each into a folder of its own. */
export function writeVectors(root: string): Vector[] {
  const other = 'foreign-media';
  const film = make(
    join(root, 'a.ts'),
    '-f lavfi -i testsrc=s=32x32:r=10:d=0.5 -f lavfi -i sine=d=0.5 -c:v mpeg2video',
  );
  const sound = make(join(root, 'a.wav'), '-f lavfi -i sine=d=0.5');
  const vector = (name: string, file: string, content: string) => {
    const folder = join(root, name);
    mkdirSync(folder);
    copyFileSync(film, join(folder, `${other}.ts`));
    copyFileSync(sound, join(folder, `${other}.wav`));
    writeFileSync(join(folder, `${other}-secret.txt`), 'secret');
    writeFileSync(join(folder, file), content, 'latin1');
    return { name, file: join(folder, file), foreign: join(folder, other) };
  };
  const hls = (entry: string) => `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n${entry}\n#EXT-X-ENDLIST\n`;
  const master = `#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n${other}-secret.txt\n`;
  return [
    vector('hls', 'x.mp4', hls(`${other}.ts`)),
    vector('ffconcat', 'x.wav', `ffconcat version 1.0\nfile '${other}.wav'\n`),
    vector('master', 'x.mp4', master),
    vector('nested-http', 'x.mp4', hls(HTTP)),
    vector('behind-id3', 'x.mp3', `ID3\x03\0\0\0\0\0\0${hls(`${other}.ts`)}`),
    vector('behind-ftyp', 'x.mp4', `\0\0\0\x10ftypisom\0\0\0\0${hls(`${other}.ts`)}`),
    vector('behind-riff', 'x.avi', `RIFF\0\0\0\0AVI ${master}`),
    ...[HTTP, `concat:${root}/hls/${other}.ts`, `file:${root}/hls/${other}.ts`].map((file) => ({
      name: file.split(':')[0]!,
      file,
      foreign: `${root}/hls/${other}`,
    })),
  ];
}
