// Writes answers.jsonl beside the pictures of recipes/digits: one question and its answer a picture, in the form
// {"image": "pictures/00000.png", "question": "这是几？", "answer": "这是六。"}:  node recipes/digits-answers/make-data.mjs
import { createHash } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeData as makeDigits, manifest } from '../digits/make-data.mjs';
import { KINDS } from './questions.mjs';

const MANIFEST = 'answers.jsonl';
const LANGUAGES = /** @type {const} */ (['en', 'zh']);

/** An index below `count` that depends on the key alone. */
function keyed(count, ...key) {
  const digest = createHash('sha256')
    .update(`modalkit/digits-answers/${key.join('/')}`)
    .digest();
  return Math.floor((digest.readUIntBE(0, 6) / 2 ** 48) * count);
}

/** Language and kind of a picture's question go by turns, so that each has its share of each digit in both splits. */
export function answers() {
  const kinds = Object.keys(KINDS);
  const turns = new Map();
  return manifest().map(({ row }) => {
    const group = `${row.split}/${row.digit}`;
    const turn = turns.get(group) ?? 0;
    turns.set(group, turn + 1);
    const language = LANGUAGES[turn % 2];
    const kind = kinds[Math.floor(turn / 2) % kinds.length];
    const { questions, answer } = KINDS[kind][language];
    return {
      id: row.id,
      split: row.split,
      image: row.picture,
      question: questions[keyed(questions.length, row.id)],
      answer: answer(Number(row.digit)),
      language,
      kind,
    };
  });
}

/** @returns {Promise<{ folder: string, pictures: number, reused: boolean }>} */
export async function makeData() {
  const digits = await makeDigits();
  const file = join(digits.folder, MANIFEST);
  const lines = answers()
    .map((row) => `${JSON.stringify(row)}\n`)
    .join('');
  if ((await readFile(file, 'utf8').catch(() => '')) === lines) return { ...digits, reused: true };
  await writeFile(`${file}.part`, lines);
  await rename(`${file}.part`, file);
  return { ...digits, reused: false };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { folder, pictures, reused } = await makeData();
  console.log(`${pictures} questions ${reused ? 'are already in' : 'written to'} ${join(folder, MANIFEST)}`);
}
