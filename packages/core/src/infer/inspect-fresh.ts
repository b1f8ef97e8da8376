import type { Backend } from '@modalkit/contract';
import type { Runtime } from '../compose/index.js';
import type { Inspection } from '../train/run-types.js';
import type { InspectOptions } from './run-answers.js';

/** Follows one sample of a project through a model that has not been trained. */
export async function inspectFresh(
  project: { readonly runtime: Runtime; readonly backend: Backend },
  options: InspectOptions = {},
): Promise<Inspection> {
  return (await import('./inspect-sample.js')).inspectUntrained(project, options);
}
