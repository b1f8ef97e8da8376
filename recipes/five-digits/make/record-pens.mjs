import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { eachOf } from './each-of.mjs';
import { makeFile } from './make-file.mjs';
import { throughTerminal } from './pen-line.mjs';
import { progress } from './progress.mjs';
import { penMotion } from './trace/pen-motion.mjs';
import { readBitmap } from './trace/read-bitmap.mjs';

/**
 * Records the pen of each sample that has a sensor, from a serial port that is a pseudo-terminal. What came is compared with what was
 * sent before it is written.
 * @param {string} folder
 * @param {string} digits folder of recipes/digits' data
 * @param {readonly import('./plan.mjs').Plan[]} plans
 */
export async function recordPens(folder, digits, plans) {
  const missing = plans.filter(({ row: { sensor } }) => sensor && !existsSync(join(folder, sensor)));
  if (missing.length === 0) return;
  const sent = new Map();
  await eachOf('strokes', missing, async (plan) => {
    sent.set(plan, penMotion(await readBitmap(join(digits, plan.from.picture)), plan.seconds));
  });
  const pens = missing.map((plan) => sent.get(plan));
  const told = progress('pens through a pseudo-terminal', pens.length);
  const received = await throughTerminal(pens, told.step);
  told.end();
  for (const [at, { row }] of missing.entries()) {
    if (!isDeepStrictEqual(received[at], pens[at]))
      throw new Error(`five-digits: the pen of ${row.id} came out of the pseudo-terminal changed; run it again.`);
    await makeFile(folder, row.sensor, (aside) => writeFile(aside, csvOf(received[at])));
  }
}

/** @param {readonly import('./trace/pen-motion.mjs').PenSample[]} pen */
function csvOf(pen) {
  return `time,x,y,down,width\n${pen.map(({ time, x, y, down, width }) => `${time},${x},${y},${down},${width}\n`).join('')}`;
}
