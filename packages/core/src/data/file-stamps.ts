import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import type { Sample } from '@modalkit/contract';
import type { InputPart } from './data-project.js';
import { itemsOf } from './prepare-sample.js';

/** Size and time of change of each file that an input of a sample names: a file that was mended is looked at again. */
export function fileStamps(part: InputPart, sample: Sample, root: string): string[] {
  try {
    const raws = itemsOf(part, sample.inputs[part.name]).filter((raw) => raw != null);
    return raws.flatMap((raw) => part.adapter.files?.(raw) ?? []).map((file) => stampOf(join(root, file)));
  } catch {
    return ['unreadable'];
  }
}

function stampOf(path: string): string {
  const state = lstatSync(path, { throwIfNoEntry: false });
  return state ? `${state.size}:${state.mtimeMs}:${state.mode}` : 'missing';
}
