import { type Config, type Json, ModalkitError, type SweepPoint, suggestName } from '@modalkit/core';
import { FUSION_KINDS, type FusionKind, type Overrides } from '../override-config.js';

/** One of the trainings that are compared. */
export interface Variant {
  /** What its row is called. */
  readonly title: string;
  /** Its folder, below the comparison's. */
  readonly folder: string;
  /** What it sets: values by the names of a sweep. */
  readonly point: SweepPoint;
}

/** A variant for each fusion of a list such as `early,late`. @throws ModalkitError USAGE for one that there is not */
export function fusionVariants(list: string): readonly Variant[] {
  const kinds = [...new Set(list.split(',').map((kind) => kind.trim()))];
  return kinds.map((fusion) => ({ title: fusion, folder: fusionKind('--fusion', fusion), point: { fusion } }));
}

/** A variant for each point of a sweep, in folders by number. */
export function sweepVariants(points: readonly SweepPoint[]): readonly Variant[] {
  return points.map((point, index) => ({
    title: Object.entries(point)
      .map(([name, value]) => `${name.split('.').at(-1)} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
      .join(', '),
    folder: String(index + 1).padStart(2, '0'),
    point,
  }));
}

/**
 * What a variant changes in the config. A fusion of the kind that the config has already stays as it is there, with its options.
 * @throws ModalkitError USAGE for a fusion that there is not
 */
export function overridesOf({ point }: Variant, config: Config, always: readonly string[]): Overrides {
  const { fusion, ...fields } = point;
  const set = Object.entries(fields).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const kind = fusion === undefined ? undefined : fusionKind('fusion', fusion);
  const own = config.fusion?.id === `@modalkit/core/${kind}`;
  return { set: [...always, ...set], ...(kind && !own ? { fusion: kind } : {}) };
}

function fusionKind(field: string, name: Json): FusionKind {
  const kind = FUSION_KINDS.find((each) => each === name);
  if (kind) return kind;
  throw new ModalkitError(
    'USAGE',
    `${field}: there is no fusion "${name}"; ${suggestName(String(name), FUSION_KINDS)}`,
  );
}
