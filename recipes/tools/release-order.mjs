const FIELDS = ['dependencies', 'optionalDependencies', 'peerDependencies'];

/**
 * Public packages, each after those that it depends on.
 * @param {readonly { folder: string, manifest: Record<string, any> }[]} packages
 * @throws Error that names a circle
 */
export function releaseOrder(packages) {
  const open = new Map(packages.filter(({ manifest }) => !manifest.private).map((each) => [each.manifest.name, each]));
  const order = [];
  while (open.size > 0) {
    const next = [...open.values()].find(({ manifest }) => needs(manifest).every((name) => !open.has(name)));
    if (!next) throw new Error(`release: ${[...open.keys()].join(', ')} depend on each other in a circle.`);
    open.delete(next.manifest.name);
    order.push(next);
  }
  return order;
}

function needs(manifest) {
  return FIELDS.flatMap((field) => Object.keys(manifest[field] ?? {}));
}
