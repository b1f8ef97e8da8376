import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ModalkitError } from '@modalkit/contract';
import type { InstallPart, PartContext } from './install-part.js';
import { installedBridges } from './installed-bridges.js';
import { lastLine, runCommand } from './run-command.js';
import { untarFiles } from './untar-files.js';

export const BRIDGE = '@tensorflow/tfjs-node-gpu@4.22.0';
/** sha256 over the files used, see `hashOf`. */
export const BRIDGE_SHA256 = 'eec763ea3258249e31aa00672344eafc7a30b811a9cda6ce668772baf53084ce';
/** Where the loaded JavaScript finds our tfjs-core. */
export const CORE_SYMBOL = 'modalkit/tfjs-core';

const USED =
  /^(dist\/(nodejs_kernel_backend|int64_tensors|register_all_kernels)\.js|dist\/kernels\/\w+\.js|binding\/\w+\.(cc|h))$/;

/**
 * The JavaScript of tfjs-node-gpu that turns kernels into TensorFlow operations, under `bridge/`, with stand-ins for the two
 * packages it asks for: the tensor library is ours, and TensorBoard's protobuf messages are not used.
 */
export const bridgePart: InstallPart = async (folder, context) => {
  const source = installedBridges()[0] ?? (await packedBridge(join(folder, 'pack'), context));
  const names = await usedFiles(source);
  const found = await hashOf(source, names);
  if (found !== BRIDGE_SHA256) throw wrongHash(source, found);
  const target = join(folder, 'bridge');
  for (const name of names) await cp(join(source, name), join(target, name));
  await writeStandIn(join(target, 'dist/proto/api_pb.js'), '{}');
  for (const name of ['tfjs', 'tfjs-core']) {
    const core = `globalThis[Symbol.for(${JSON.stringify(CORE_SYMBOL)})]`;
    await writeStandIn(join(target, 'node_modules/@tensorflow', name, 'index.js'), core);
  }
  await rm(join(folder, 'pack'), { recursive: true, force: true });
  return { bridge: BRIDGE };
};

async function packedBridge(folder: string, context: PartContext): Promise<string> {
  await mkdir(folder, { recursive: true });
  const [program, ...prefix] = findNpm();
  const args = ['pack', BRIDGE, '--pack-destination', folder, '--silent'];
  const result = await runCommand(program!, [...prefix, ...args], { cwd: folder, signal: context.signal });
  const archive = (await readdir(folder)).find((name) => name.endsWith('.tgz'));
  if (result.code !== 0 || !archive) {
    throw new ModalkitError(
      'BACKEND',
      `native backend: npm could not fetch ${BRIDGE} (${lastLine(result.stderr) || `exit code ${result.code}`}); check "npm config get registry" and the proxy, then run "modalkit backend install" again.`,
      { reason: 'npm' },
    );
  }
  await untarFiles(join(folder, archive), folder, (name) => USED.test(name));
  return join(folder, 'package');
}

/** npm beside this Node, else the one on the path. */
function findNpm(): readonly string[] {
  const bin = dirname(process.execPath);
  const places = [join(bin, '../lib/node_modules/npm/bin/npm-cli.js'), join(bin, 'node_modules/npm/bin/npm-cli.js')];
  const script = places.find((place) => existsSync(place));
  return script ? [process.execPath, script] : ['npm'];
}

async function usedFiles(folder: string): Promise<string[]> {
  const lists = ['dist', 'dist/kernels', 'binding'].map(async (sub) =>
    (await readdir(join(folder, sub))).map((name) => `${sub}/${name}`),
  );
  return (await Promise.all(lists))
    .flat()
    .filter((name) => USED.test(name))
    .sort();
}

/** sha256 over name and content of each file, in order. */
async function hashOf(folder: string, names: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const name of names) hash.update(`${name}\0`).update(await readFile(join(folder, name)));
  return hash.digest('hex');
}

async function writeStandIn(path: string, value: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `module.exports = ${value};\n`);
}

function wrongHash(source: string, found: string): ModalkitError {
  return new ModalkitError(
    'BACKEND',
    `native backend: the files of ${BRIDGE} in ${source} are not the published ones (sha256 ${found}, expected ${BRIDGE_SHA256}); reinstall that package or remove it, then run "modalkit backend install" again.`,
    { reason: 'hash', found, expected: BRIDGE_SHA256 },
  );
}
