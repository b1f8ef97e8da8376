// npm run release -- --dry-run        every package by the path of a plugin: verified as installed, a dry run, nothing published
// npm run release                     changesets applied, then each verified and published, in the order of their dependencies
// Also: --no-version (changesets are left), --registry <address>, --tag <name>. What is published already is passed over, so a release that failed half way goes on.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildCode, buildTypes } from './build.mjs';
import { runChild, stopChildrenOnSignals } from './tools/children.mjs';
import { ROOT, workspacePackages } from './tools/packages.mjs';
import { findPnpm } from './tools/pnpm.mjs';
import { releaseOrder } from './tools/release-order.mjs';

const MODALKIT = join(ROOT, 'packages', 'cli', 'bin.mjs');
const CHANGESET = join(ROOT, 'node_modules', '@changesets', 'cli', 'bin.js');

/** Runs a program in the terminal. @throws Error when it fails */
async function must(what, command, args) {
  const { code } = await runChild(command, args, { cwd: ROOT, show: true });
  if (code !== 0) throw new Error(`release: ${what} failed.`);
}

/** Whether a registry has this version. Another answer than "not there" is an error: a typo in an address must not look like a new name. */
async function isPublished({ name, version }, registry) {
  const args = ['view', name, 'versions', '--json', '--prefer-online', ...registry];
  const { code, output } = await runChild('npm', args, { cwd: ROOT });
  if (/\bE404\b/.test(output)) return false;
  if (code !== 0) throw new Error(`release: asking the registry for ${name} failed:\n${output}`);
  return [JSON.parse(output)].flat().includes(version);
}

async function packAll(folder) {
  const { command, args } = await findPnpm();
  const filters = ['--filter', './packages/*', '--filter', './plugins/*'];
  const { code, output } = await runChild(
    command,
    [...args, '--recursive', ...filters, 'pack', '--pack-destination', folder],
    { cwd: ROOT },
  );
  if (code !== 0) throw new Error(`release: packing failed:\n${output}`);
  return readdirSync(folder).map((name) => join(folder, name));
}

async function release({ 'dry-run': dry, 'no-version': asItIs, registry, tag }) {
  if (!dry && !asItIs) await must('changeset version', process.execPath, [CHANGESET, 'version']);
  await buildCode();
  await buildTypes();
  const address = registry ? ['--registry', registry] : [];
  const folder = mkdtempSync(join(tmpdir(), 'modalkit-release-'));
  const counts = { verified: 0, published: 0, there: 0 };
  try {
    const beside = (await packAll(folder)).flatMap((tarball) => ['--beside', tarball]);
    for (const each of releaseOrder(workspacePackages())) {
      const { name, version } = each.manifest;
      const there = await isPublished(each.manifest, address);
      console.log(`\n${name} ${version}${there ? ', published already' : ''}`);
      counts.there += Number(there);
      if (there && !dry) continue;
      const publish = ['publish', each.folder, '--no-version', '--yes', ...(tag ? ['--tag', tag] : [])];
      const args = there ? ['verify', each.folder] : [...publish, ...(dry ? ['--dry-run'] : [])];
      await must(`${name} ${version}`, process.execPath, [MODALKIT, ...args, ...address, ...beside]);
      counts[dry ? 'verified' : 'published']++;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return counts;
}

stopChildrenOnSignals();
try {
  const flags = {
    'dry-run': { type: 'boolean' },
    'no-version': { type: 'boolean' },
    registry: { type: 'string' },
    tag: { type: 'string' },
  };
  const { verified, published, there } = await release(parseArgs({ options: flags }).values);
  console.log(`\n${verified} verified and not published, ${published} published, ${there} there already.`);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
