import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileOf, humanUtterances, syntheticUtterances } from '../make/speech/utterances.mjs';

/**
 * What streams can be made of: pictures of a split that the data has, and the utterances of its bank.
 * @param {string} data folder
 * @param {'train' | 'test'} split
 * @returns {import('./streams.mjs').Stock}
 */
export function stockOf(data, split) {
  const lines = readFileSync(join(data, 'manifest.jsonl'), 'utf8').trimEnd().split('\n');
  const rows = lines.map((line) => JSON.parse(line)).filter((row) => row.split === split && row.image);
  const utterances = [...humanUtterances(join(data, 'bank')), ...syntheticUtterances()];
  return { split, rows, utterances: utterances.filter((each) => existsSync(join(data, fileOf(each)))) };
}
