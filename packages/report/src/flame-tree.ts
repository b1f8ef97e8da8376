import { z } from 'zod';

/** A profile of V8's sampling profiler, of what is used of it. */
export const cpuProfileSchema = z.object({
  nodes: z.array(
    z.object({
      id: z.number(),
      callFrame: z.object({ functionName: z.string(), url: z.string() }),
      children: z.array(z.number()).optional(),
    }),
  ),
  samples: z.array(z.number()),
  /** Microseconds before each sample. */
  timeDeltas: z.array(z.number()),
});
export type CpuProfile = z.infer<typeof cpuProfileSchema>;

/** Time of a function and of what it called, all calls from one place together. */
export interface FlameNode {
  readonly name: string;
  /** The package it is of; empty for what the engine does itself. */
  readonly owner: string;
  /** Microseconds, its callees' included. */
  time: number;
  readonly callees: FlameNode[];
}

/**
 * Adds up a profile by stacks. Functions without a name and Node's own count as part of their caller, and so does what a
 * library calls inside of itself and the way to TensorFlow's operations.
 */
export function flameTree({ nodes, samples, timeDeltas }: CpuProfile): FlameNode {
  const spent = new Map<number, number>();
  for (const [index, id] of samples.entries())
    spent.set(id, (spent.get(id) ?? 0) + Math.max(0, timeDeltas[index] ?? 0));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const root: FlameNode = { name: 'all', owner: '', time: 0, callees: [] };
  /** Adds a node's stacks below `parent` and gives their time. */
  const add = (id: number, parent: FlameNode): number => {
    const node = byId.get(id);
    if (!node) return 0;
    const place = placeOf(node.callFrame, parent);
    let time = spent.get(id) ?? 0;
    for (const child of node.children ?? []) time += add(child, place);
    if (place !== parent) place.time += time;
    return time;
  };
  root.time = add(nodes[0]?.id ?? 0, root);
  return root;
}

/** What TensorFlow's operations pass through: the operation itself is what one looks for. */
const PASSAGES = /^(?:f2|tidy|kernelFunc|Engine\..*|NodeJSKernelBackend\.execute.*)$/;

function placeOf({ functionName, url }: CpuProfile['nodes'][number]['callFrame'], parent: FlameNode): FlameNode {
  const owner = ownerOf(url);
  const name = functionName.replace(/_+(?:op)?$/, '');
  const inside = owner === parent.owner && url.includes('/node_modules/');
  if (inside || PASSAGES.test(name) || name === '' || name === '(root)' || url.startsWith('node:')) return parent;
  const known = parent.callees.find((callee) => callee.name === name && callee.owner === owner);
  if (known) return known;
  const made: FlameNode = { name, owner, time: 0, callees: [] };
  parent.callees.push(made);
  return made;
}

/** The package a file is of: below node_modules, or of a workspace. */
function ownerOf(url: string): string {
  if (/\/@tensorflow\/|\/native\/tensorflow-/.test(url)) return 'tensorflow';
  const installed = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
  if (installed !== undefined) return installed;
  return url === '' ? '' : (/\/(?:packages|plugins)\/([^/]+)\//.exec(url)?.[1] ?? 'project');
}
