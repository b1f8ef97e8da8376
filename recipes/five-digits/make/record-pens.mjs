import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eachOf } from './each-of.mjs';
import { makeFile } from './make-file.mjs';
import { penMotion } from './trace/pen-motion.mjs';
import { readBitmap } from './trace/read-bitmap.mjs';

/**
 * Writes the pen's motion of each sample that has a sensor.
 * @param {string} folder
 * @param {string} digits folder of recipes/digits' data
 * @param {readonly import('./plan.mjs').Plan[]} plans
 */
export async function recordPens(folder, digits, plans) {
  await eachOf('pens', plans, async ({ from, row, seconds }) => {
    if (!row.sensor) return;
    await makeFile(folder, row.sensor, async (aside) => {
      const pen = penMotion(await readBitmap(join(digits, from.picture)), seconds);
      await writeFile(aside, csvOf(pen));
    });
  });
}

/** @param {readonly import('./trace/pen-motion.mjs').PenSample[]} pen */
export function csvOf(pen) {
  return `time,x,y,down\n${pen.map(({ time, x, y, down }) => `${time},${x},${y},${down}\n`).join('')}`;
}
