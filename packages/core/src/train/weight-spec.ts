import { type InitContext, type Initialiser, ModalkitError, type Space, type WeightOptions } from '@modalkit/contract';

/** A declared weight: no tensor yet. */
export interface WeightSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly initialiser: Initialiser;
  readonly trainable: boolean;
  readonly decay: boolean;
  readonly clamp?: readonly [number, number];
  /** Its update happens only in steps where one of these gates is open (see `gates.ts`). */
  readonly gates: Set<string>;
  /** Its place in the order of declaration. */
  readonly order: number;
}

export type WeightSpecs = Map<string, WeightSpec>;

export interface Owner {
  /** What the names begin with, without the last slash. */
  readonly prefix: string;
  readonly gate: string;
  /** What the gates of single terms begin with; `gate` when left out. */
  readonly terms?: string;
  /** Who is speaking in errors. */
  readonly who: string;
}

/** An InitContext that collects declarations. A weight declared twice (shared) must have one shape. */
export function declareInto(specs: WeightSpecs, owner: Owner, space: Space, state: unknown): InitContext {
  return {
    space,
    state,
    scope: (name) => declareInto(specs, { ...owner, prefix: `${owner.prefix}/${name}` }, space, state),
    weight: (name, shape, initialiser, options = {}) =>
      declare(specs, owner, `${owner.prefix}/${name}`, shape, initialiser, options),
  };
}

function declare(
  specs: WeightSpecs,
  owner: Owner,
  name: string,
  shape: readonly number[],
  initialiser: Initialiser,
  options: WeightOptions,
): void {
  const { who } = owner;
  const gate = options.term === undefined ? owner.gate : `${owner.terms ?? owner.gate}/${options.term}`;
  if (!shape.every((extent) => Number.isInteger(extent) && extent > 0)) {
    throw new ModalkitError(
      'COMPOSE',
      `${who}: weight "${name}" has the shape [${shape}]; every extent must be a whole number above 0.`,
    );
  }
  const known = specs.get(name);
  if (!known) {
    const { trainable = true, decay = shape.length > 1, clamp } = options;
    const [gates, order] = [new Set([gate]), specs.size];
    specs.set(name, { name, shape: [...shape], initialiser, trainable, decay, clamp, gates, order });
    return;
  }
  if (known.gates.has(gate))
    throw new ModalkitError('COMPOSE', `${who} declares the weight "${name}" twice; give each its own name.`);
  if (known.shape.join() !== shape.join()) {
    throw new ModalkitError(
      'COMPOSE',
      `${who}: the shared weight "${name}" is [${known.shape}] there and [${shape}] here; give both the same width and options.`,
    );
  }
  known.gates.add(gate);
}
