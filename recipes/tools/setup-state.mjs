import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from './packages.mjs';

/** Lies in node_modules: when that folder goes, so does the memory of having filled it. */
const FILE = join(ROOT, 'node_modules', '.modalkit-setup.json');

/** What earlier set-ups have done: `{ install, code: { package: hash }, types, native }`. */
export function readState() {
  try {
    return JSON.parse(readFileSync(FILE, 'utf8'));
  } catch {
    return {};
  }
}

/** Adds to the record, written aside and renamed. */
export function updateState(change) {
  mkdirSync(dirname(FILE), { recursive: true });
  const aside = `${FILE}.${process.pid}`;
  writeFileSync(aside, `${JSON.stringify({ ...readState(), ...change }, null, 2)}\n`);
  renameSync(aside, FILE);
}
