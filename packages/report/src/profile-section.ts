import { flameFigure } from './flame-figure.js';
import { type CpuProfile, flameTree } from './flame-tree.js';
import { formatSeconds } from './format-number.js';
import { type Html, html } from './html.js';
import type { Found } from './read-run.js';
import { section } from './section.js';

const [ID, TITLE] = ['profile', 'Where the time went'];

/** None for a run without a profile. */
export async function profileSections(
  profile: Found<CpuProfile>,
): Promise<{ id: string; title: string; content: Html }[]> {
  if ('missing' in profile) return [];
  const tree = flameTree(profile.content);
  const title = `${formatSeconds(tree.time / 1e6)} of the main thread, by what called what`;
  const figure = tree.time > 0 ? await flameFigure(title, tree) : html`<p class="note">The profile has no samples.</p>`;
  const content = html`${figure}
<p class="note">A captured step is one call of TensorFlow; <code>--eager</code> shows its layers. (idle) waits for workers, (program) is outside of JavaScript.</p>`;
  return [{ id: ID, title: TITLE, content: section(ID, TITLE, content) }];
}
