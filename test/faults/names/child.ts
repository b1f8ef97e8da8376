// Run under strace in a folder: tries each hostile name in a place. Prints the outcome of each as a line of JSON.
import { writeFileSync } from 'node:fs';
import { readConfined } from '../../../packages/core/src/data/read-confined.js';
import { createPlugin } from '../../../packages/create-modalkit/src/index.js';
import { hostileIn } from './hostile-names.js';

const PLACES: Record<string, (name: string) => unknown> = {
  'a path in a manifest of samples': (name) => readConfined(process.cwd(), name, 1024),
  'the name of a package': (name) => createPlugin({ name }),
  'the folder of a package': (folder) => createPlugin({ name: 'thermal', folder }),
  'the name of a template': (template) => createPlugin({ name: 'thermal', template }),
  'the name of a factory': (modality) => createPlugin({ name: 'thermal', modality }),
  // the control: what no check stands before
  unchecked: (name) => writeFileSync(name, 'x'),
};

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
