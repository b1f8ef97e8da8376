import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import yauzl from 'yauzl';
import { archiveRefusal } from './archive-refusal.js';

export interface UnzipOptions {
  readonly signal?: AbortSignal;
  /** Told the bytes written so far. */
  readonly onBytes?: (bytes: number) => void;
}

/**
 * Unpacks the files of a zip that `choose` gives a place, relative to `folder`; returns how many.
 * @throws ModalkitError BACKEND when it is no zip, or a name in it would leave the folder
 */
export async function unzipFiles(
  zip: string,
  folder: string,
  choose: (name: string) => string | undefined,
  options: UnzipOptions = {},
): Promise<number> {
  const file = await yauzl.openPromise(zip).catch((error) => {
    throw archiveRefusal(zip, error);
  });
  const meter = byteMeter(options.onBytes);
  let count = 0;
  try {
    for await (const entry of file.eachEntry()) {
      const place = entry.fileName.endsWith('/') ? undefined : choose(entry.fileName);
      if (place === undefined) continue;
      await mkdir(dirname(join(folder, place)), { recursive: true });
      const output = createWriteStream(join(folder, place), { highWaterMark: 1 << 20 });
      await pipeline(await file.openReadStreamPromise(entry), meter(), output, { signal: options.signal });
      count += 1;
    }
  } catch (error) {
    throw archiveRefusal(zip, error);
  } finally {
    file.close();
  }
  return count;
}

/** Makes pass-through streams that report one running total. */
function byteMeter(onBytes: UnzipOptions['onBytes']): () => Transform {
  let bytes = 0;
  return () =>
    new Transform({
      transform(chunk: Buffer, _encoding, done) {
        bytes += chunk.length;
        onBytes?.(bytes);
        done(null, chunk);
      },
    });
}
