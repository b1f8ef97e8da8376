import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cacheFolder } from '@modalkit/backend';
import { publish } from 'libnpmpublish';
import { runChild } from '../../../recipes/tools/children.mjs';
import { ROOT } from '../../../recipes/tools/packages.mjs';
import { findPnpm } from '../../../recipes/tools/pnpm.mjs';

/** A real registry on this machine, for the time of a test. */
export interface LoopbackRegistry {
  readonly url: string;
  readonly token: string;
  /** Environment in which npm and pnpm read from it and may publish to it. */
  readonly env: NodeJS.ProcessEnv;
  stop(): Promise<void>;
}

/** Kept from run to run, so that what comes from above is fetched once. What tests publish is in a folder of each. */
const STORAGE = join(cacheFolder(), 'loopback-registry');

/** Starts verdaccio on loopback; what it does not hold it fetches from the registry that npm's own settings name. */
export async function startRegistry(): Promise<LoopbackRegistry> {
  const folder = await mkdtemp(join(tmpdir(), 'modalkit-registry-'));
  const url = `http://127.0.0.1:${await freePort()}/`;
  const config = join(folder, 'config.yaml');
  await writeFile(config, JSON.stringify(configOf(folder, await npmSetting('registry'))));
  const bin = join(dirname(createRequire(import.meta.url).resolve('verdaccio/package.json')), 'bin', 'verdaccio');
  const child = spawn(process.execPath, [bin, '--config', config, '--listen', url], { stdio: 'ignore' });
  const stop = async () => {
    await ended(child);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await answered(url, child);
    const npmrc = join(folder, 'npmrc');
    const token = await signUp(url);
    await writeFile(npmrc, `registry=${url}\n//${new URL(url).host}/:_authToken=${token}\n`);
    return { url, token, env: { NPM_CONFIG_USERCONFIG: npmrc, npm_config_registry: url }, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function configOf(folder: string, uplink: string): object {
  const open = { access: '$all', publish: '$authenticated' };
  const ours = { ...open, storage: join(folder, 'published') };
  return {
    storage: STORAGE,
    auth: { htpasswd: { file: join(folder, 'htpasswd'), max_users: 1 } },
    uplinks: { above: { url: uplink, maxage: '24h', timeout: '60s' } },
    packages: {
      '@modalkit/*': ours,
      '@you/*': ours,
      modalkit: ours,
      'create-modalkit': ours,
      '**': { ...open, proxy: 'above' },
    },
    max_body_size: '200mb',
    log: { type: 'stdout', level: 'fatal' },
  };
}

async function npmSetting(name: string): Promise<string> {
  const { code, output } = await runChild('npm', ['config', 'get', name], { cwd: tmpdir() });
  if (code !== 0) throw new Error(`npm config get ${name} failed: ${output}`);
  return output.trim();
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

async function answered(url: string, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (child.exitCode !== null) throw new Error(`verdaccio ended with ${child.exitCode}`);
    const { ok } = await fetch(`${url}-/ping`).catch(() => ({ ok: false }));
    if (ok) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error('verdaccio did not answer in 60 s');
}

/** The token of a new user. */
async function signUp(url: string): Promise<string> {
  const body = JSON.stringify({ name: 'author', password: 'of this test alone' });
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${url}-/user/org.couchdb.user:author`, { method: 'PUT', headers, body });
  const { token } = (await response.json()) as { token?: string };
  if (!token) throw new Error(`verdaccio gave no token (${response.status})`);
  return token;
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill();
  });
}

/** Packs every public package of this workspace and publishes it. @returns `name@version` of each */
export async function publishWorkspace(registry: LoopbackRegistry): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'modalkit-tarballs-'));
  try {
    const { command, args } = await findPnpm();
    const filters = ['--filter', './packages/*', '--filter', './plugins/*'];
    await mustRun(command, [...args, '--recursive', ...filters, 'pack', '--pack-destination', folder], ROOT);
    const tarballs = (await readdir(folder)).filter((name) => name.endsWith('.tgz')).sort();
    for (const tarball of tarballs) await publishTarball(join(folder, tarball), registry);
    return tarballs.map((name) => name.replace(/\.tgz$/, ''));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** As `npm publish` does, without a process for each. */
async function publishTarball(tarball: string, { url, token }: LoopbackRegistry): Promise<void> {
  const { stdout } = spawnSync('tar', ['-xzOf', tarball, 'package/package.json'], { encoding: 'utf8' });
  const options = { registry: url, access: 'public', forceAuth: { token } } as const;
  await publish(JSON.parse(stdout), await readFile(tarball), options);
}

/** Runs a program. @throws Error with what it said, when it fails */
export async function mustRun(
  command: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = {},
): Promise<string> {
  const { code, output } = await runChild(command, args, { cwd, env: { ...process.env, ...env } });
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} in ${cwd} ended with ${code}:\n${output}`);
  return output;
}
