import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { confirm } from '@clack/prompts';
import { ModalkitError } from '@modalkit/contract';
import { createOutput, isInteractive, type Output } from '../output.js';
import { lastWords, npmProgram, type Ran, runProgram } from '../run-program.js';
import { stopOnSignals } from '../signals.js';
import { registryEnv } from '../verify/install-copy.js';
import { packPlugin, readManifest } from '../verify/packed-plugin.js';
import { verifyPlugin } from '../verify/verify-plugin.js';
import { applyChangesets, buildPlugin, pendingChangesets } from '../verify/version-plugin.js';
import { refuseErrors, sayFindings } from './verify.js';

export interface PublishFlags {
  readonly registry?: string;
  readonly beside: readonly string[];
  readonly tag?: string;
  readonly ignore: readonly string[];
  readonly dryRun?: boolean;
  /** False with --no-version. */
  readonly version: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** `modalkit publish`. */
export async function publish(named: string, flags: PublishFlags): Promise<void> {
  const output = createOutput(flags.json);
  const folder = resolve(named);
  const signal = stopOnSignals(output.say, 'ending the programs that run; nothing more is published');
  const place = await mkdtemp(join(tmpdir(), 'modalkit-publish-'));
  const npm = (args: readonly string[]) =>
    runProgram(npmProgram(), args, { cwd: folder, env: registryEnv(flags.registry), signal });
  try {
    await buildPlugin(folder, signal);
    const verified = await verifyPlugin({ ...flags, folder, signal, progress: !output.json });
    sayFindings(output, verified);
    refuseErrors(verified);
    const later = await versionPlugin(output, folder, flags, signal);
    const { tarball, manifest } = await packPlugin(folder, place, signal);
    const { name, version } = manifest;
    const published = await publishedVersions(name, npm);
    if (published.includes(version) && !later) throw alreadyThere(name, version);
    const args = [
      'publish',
      tarball,
      '--access',
      accessOf(name),
      ...provenance(),
      ...(flags.tag ? ['--tag', flags.tag] : []),
    ];
    output.say(`Dry run of ${name} ${version}:`);
    output.say(
      indent(succeeded('the dry run', await npm([...args.filter((arg) => arg !== '--provenance'), '--dry-run']))),
    );
    if (published.length === 0) output.say(FIRST);
    const go = !flags.dryRun && (await agreed(flags, `Publish ${name} ${version}?`));
    if (go) succeeded('npm publish', await npm(args));
    output.say(go ? `Published ${name} ${version}. To compose it: npx modalkit add ${name}` : 'Nothing was published.');
    output.result({ name, version, published: go, first: published.length === 0 });
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

const FIRST = `This is the first publish of this name: log in once with \`npm login\`, or give npm a token. A scoped name
needs its scope to be yours. Then let the package trust its repository's workflow at npm (Settings, Trusted publisher): from the
second publish on, the workflow needs no token, and the package carries its provenance.`;

/** Applies pending changesets. @returns true when a dry run leaves them to the publish itself */
async function versionPlugin(
  output: Output,
  folder: string,
  flags: PublishFlags,
  signal: AbortSignal,
): Promise<boolean> {
  const pending = flags.version ? await pendingChangesets(folder) : [];
  if (pending.length === 0) return false;
  if (flags.dryRun) {
    output.say(`A publish would apply ${pending.join(', ')} first.`);
    return true;
  }
  const before = (await readManifest(folder)).version;
  await applyChangesets(folder, registryEnv(flags.registry), signal);
  await buildPlugin(folder, signal);
  output.say(
    `Version ${before} -> ${(await readManifest(folder)).version}, by ${pending.join(', ')}; commit the change.`,
  );
  return false;
}

/** What the registry has of a name. An answer other than "not there" is an error: a typo in an address must not look like a new name. */
async function publishedVersions(name: string, npm: (args: readonly string[]) => Promise<Ran>): Promise<string[]> {
  const ran = await npm(['view', name, 'versions', '--json', '--prefer-online']);
  if (/\bE404\b/.test(ran.all)) return [];
  return [JSON.parse(succeeded(`asking the registry for ${name}`, ran))].flat();
}

function alreadyThere(name: string, version: string): ModalkitError {
  return new ModalkitError(
    'PLUGIN',
    `${name} ${version} is published already, and a version is published once; add a changeset with \`npx changeset\`.`,
  );
}

function accessOf(name: string): string {
  return name.startsWith('@') ? (process.env.npm_config_access ?? 'public') : 'public';
}

/** Where the environment can sign a statement of where the package was built: workflows of GitHub and GitLab that ask for it. */
export function provenance(env: NodeJS.ProcessEnv = process.env): string[] {
  const github = env.GITHUB_ACTIONS === 'true' && env.ACTIONS_ID_TOKEN_REQUEST_URL !== undefined;
  return github || (env.GITLAB_CI === 'true' && env.SIGSTORE_ID_TOKEN !== undefined) ? ['--provenance'] : [];
}

/** Outside of a terminal the command itself is the consent. */
async function agreed({ yes, json }: PublishFlags, message: string): Promise<boolean> {
  if (yes || json || process.stdin.isTTY !== true || !isInteractive(process.stdout)) return true;
  return (await confirm({ message })) === true;
}

function succeeded(what: string, ran: Ran): string {
  if (ran.code === 0) return ran.stdout || ran.all;
  const fix = /\bE401\b|\bENEEDAUTH\b|\bE403\b/.test(ran.all)
    ? 'log in with `npm login`, or correct the token in .npmrc'
    : 'correct what it says';
  throw new ModalkitError('PLUGIN', `${what} failed: ${lastWords(ran)}; ${fix}.`);
}

function indent(text: string): string {
  return text.trim().replace(/^/gm, '  ');
}
