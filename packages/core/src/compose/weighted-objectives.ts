import type { Objective } from '@modalkit/contract';
import { checkReferences } from './check-names.js';
import { mapValues } from './map-values.js';

type Objectives = Readonly<Record<string, Objective>>;

/** Objectives with the factors of `weights` in place of their own. @throws ModalkitError COMPOSE for one that is not there */
export function weightedObjectives(objectives: Objectives, weights: Readonly<Record<string, number>>): Objectives {
  checkReferences('weights', 'objective', Object.keys(weights), Object.keys(objectives));
  return mapValues(objectives, (objective, name) => {
    const weight = weights[name];
    return weight === undefined ? objective : Object.create(objective, { weight: { value: weight, enumerable: true } });
  });
}
