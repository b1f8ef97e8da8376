import { rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ModalkitError } from '@modalkit/contract';
import { curvesSection } from './curves-section.js';
import { figuresSection } from './figures-section.js';
import { type Html, html } from './html.js';
import { page } from './page.js';
import { partSections } from './part-sections.js';
import { profileSections } from './profile-section.js';
import { quarantineSection } from './quarantine-section.js';
import { type Run, readRun } from './read-run.js';
import { resultsSection } from './results-section.js';
import { runSection } from './run-section.js';

/**
 * Makes `report.html` of a run folder: one page that needs no network and no script. The same folder gives the same
 * bytes. Reads run.json, metrics.jsonl, evaluation.json, quarantine.jsonl and summary.json; where one is missing or
 * damaged its section says so. A profile.cpuprofile becomes a section too. A run made of several may have a parts.json, each part of which becomes a section:
 * `{ lead?, parts: [{ title, lead?, values?, figures? }] }`.
 * @returns path of the page
 * @throws ModalkitError USAGE when the folder is none, DISK when the page cannot be written
 */
export async function renderReport(runFolder: string): Promise<string> {
  const run = await readRun(runFolder);
  const title = 'content' in run.about ? run.about.content.title : 'Modalkit run';
  const path = resolve(runFolder, 'report.html');
  const { markup } = page(title, headerOf(title, run), [
    { id: 'results', title: 'Results', content: resultsSection(run.evaluation) },
    { id: 'figures', title: 'Figures', content: await figuresSection(run.evaluation) },
    ...(await partSections(run.parts)),
    { id: 'curves', title: 'Curves', content: await curvesSection(run.metrics) },
    ...(await profileSections(run.profile)),
    { id: 'run', title: 'Run', content: runSection(run) },
    { id: 'quarantine', title: 'Quarantine', content: quarantineSection(run) },
  ]);
  await writeAside(path, markup);
  return path;
}

function headerOf(title: string, { about, parts }: Run): Html {
  const sentences = [
    'content' in about ? about.content.description : undefined,
    'content' in parts ? parts.content.lead : undefined,
  ].filter((text) => text !== undefined);
  const head = html`<h1>${title}</h1>${sentences.map((text) => html`<p class="lead">${text}</p>`)}`;
  if ('missing' in about) return head;
  const { backend } = about.content;
  return html`${head}
<p class="chips"><span>${backend.id} ${backend.version}</span><span>${backend.device}</span><span>${backend.threads} threads</span></p>`;
}

/** A reader never sees half a page. */
async function writeAside(path: string, content: string): Promise<void> {
  const aside = join(path, '..', `.report.${process.pid}.tmp`);
  try {
    await writeFile(aside, content);
    await rename(aside, path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ModalkitError(
      'DISK',
      `${path} cannot be written (${reason}); free some space or change its permissions.`,
      { path },
      error,
    );
  }
}
