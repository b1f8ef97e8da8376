const DEPENDENCIES = ['dependencies', 'peerDependencies', 'optionalDependencies', 'devDependencies'];

/** pnpm rewrites `workspace:` and `catalog:` in no fixed order; sorted, a package packs to the same bytes each time. */
function beforePacking(manifest) {
  for (const field of DEPENDENCIES) {
    if (manifest[field]) manifest[field] = Object.fromEntries(Object.entries(manifest[field]).sort());
  }
  return manifest;
}

module.exports = { hooks: { beforePacking } };
