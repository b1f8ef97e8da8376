// Run under strace in a folder: tries each hostile name in a place. Prints the outcome of each as a line of JSON.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { untarFiles } from '../../../packages/backend/src/untar-files.js';
import { unzipFiles } from '../../../packages/backend/src/unzip-files.js';
import { decodeManifest, encodeManifest } from '../../../packages/core/src/checkpoint/manifest.js';
import { readConfined } from '../../../packages/core/src/data/read-confined.js';
import { locateWeights } from '../../../packages/core/src/pretrained/locate-weights.js';
import { createPlugin } from '../../../packages/create-modalkit/src/index.js';
import { HOSTILE, hostileIn } from './hostile-names.js';

const PLACES: Record<string, (name: string) => unknown> = {
  'a path in a manifest of samples': (name) => readConfined(process.cwd(), name, 1024),
  'the name of a package': (name) => createPlugin({ name }),
  'the folder of a package': (folder) => createPlugin({ name: 'thermal', folder }),
  'the name of a template': (template) => createPlugin({ name: 'thermal', template }),
  'the name of a factory': (modality) => createPlugin({ name: 'thermal', modality }),
  'a file in a list of weights': (name) => decodeManifest(listing(name), 'manifest.json'),
  "the weights' folder in a package.json": (name) => locateWeights('pretrained.x', packageOf(name), process.cwd()),
  'an entry of a zip': (name) => unzipFiles(archiveOf(name, 'zip'), 'target', (entry) => entry),
  'an entry of a tarball': (name) => untarFiles(archiveOf(name, 'tgz'), 'target', () => true),
  // the control: what no check stands before
  unchecked: (name) => writeFileSync(name, 'x'),
};

/** The package that the test made for a name. */
const packageOf = (name: string) => `p${HOSTILE.indexOf(name)}`;
/** The archive that the test made for a name. */
const archiveOf = (name: string, kind: string) => join('archives', `${HOSTILE.indexOf(name)}.${kind}`);

/** A list of one file, with its checksum. */
function listing(name: string): string {
  const files = [{ name, size: 1, sha256: '0'.repeat(64) }];
  return encodeManifest({ step: 1, created: '2026-01-01T00:00:00Z', files });
}

const [, , place, ...only] = process.argv;
for (const name of only.length > 0 ? only : hostileIn(place!)) {
  const outcome = await Promise.resolve()
    .then(() => PLACES[place!]!(name))
    .then(
      () => ({ name, code: 'none', message: '' }),
      ({ code, message }) => ({ name, code: String(code), message }),
    );
  console.log(JSON.stringify(outcome));
}
