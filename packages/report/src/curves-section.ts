import { curveChart } from './curve-chart.js';
import { evaluationCurves, stepCurves } from './curves.js';
import { type Html, html } from './html.js';
import type { Found } from './read-run.js';
import type { MetricsLine } from './run-schemas.js';
import { section } from './section.js';

/** What the run measured as it went, over its steps. */
export async function curvesSection(metrics: Found<readonly MetricsLine[]>): Promise<Html> {
  if ('missing' in metrics) return section('curves', 'Curves', html`<p class="note">${metrics.missing}</p>`);
  const steps = stepCurves(metrics.content);
  const evaluations = evaluationCurves(metrics.content);
  if (steps.length + evaluations.length === 0)
    return section('curves', 'Curves', html`<p class="note">The run reported no step.</p>`);
  return section(
    'curves',
    'Curves',
    html`<p class="lead">Lines are means over short stretches of steps, the shade around them the range within.</p>
<div class="grid small">${await Promise.all(steps.map(curveChart))}</div>${
      evaluations.length > 0 &&
      html`<h3>Evaluations on the way</h3><p class="lead">The shade is the 95 % confidence interval.</p>
<div class="grid small">${await Promise.all(evaluations.map(curveChart))}</div>`
    }`,
  );
}
