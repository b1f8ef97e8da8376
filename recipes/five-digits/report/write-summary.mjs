import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../../tools/packages.mjs';
import { summarise } from '../summary.mjs';
import { compareGains } from './gains.mjs';
import { partsOf } from './parts.mjs';
import { readResults } from './results.mjs';

const REPORT = join(ROOT, 'packages', 'report', 'dist', 'index.js');

/**
 * Writes summary.json and report.html of the recipe from all runs that are finished; trains and evaluates nothing.
 * @param {string} folder of the joint run
 */
export async function writeSummary(folder) {
  const results = await readResults(folder);
  const comparable = results.seeds.filter(({ bySample }) => bySample);
  for (const { folder: old } of results.seeds.filter(({ bySample }) => !bySample))
    console.log(
      `${old} has no by-sample.json of its evaluation: modalkit eval recipes/five-digits --run ${old} writes it.`,
    );
  const gains = compareGains(comparable.map(({ config, bySample }) => ({ seed: config.seed, bySample })));
  const write = (file, content) => writeFile(join(folder, file), `${JSON.stringify(content, null, 2)}\n`);
  await write('summary.json', summarise(results, gains));
  await write('parts.json', partsOf(results, gains));
  const { renderReport } = await import(pathToFileURL(REPORT).href);
  console.log(`Summary: ${join(folder, 'summary.json')}\nReport: ${await renderReport(folder)}`);
}
