import { readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { confirm } from '@clack/prompts';
import { CONTRACT, ModalkitError } from '@modalkit/contract';
import { locateWeights, openAdapterWeights } from '@modalkit/core';
import { composeProblem } from '../compose/compose-problem.js';
import { addToConfig } from '../compose/edit-config.js';
import { findInstalled } from '../compose/installed-plugin.js';
import { packageManagerOf } from '../compose/package-manager.js';
import { showChange } from '../compose/show-change.js';
import { findConfig } from '../find-project.js';
import { createOutput, isInteractive, type Output } from '../output.js';
import { type ProbedFactory, probePlugin } from '../probe-plugin.js';
import { lastWords, runProgram } from '../run-program.js';
import { stopOnSignals } from '../signals.js';
import { registryEnv } from '../verify/install-copy.js';

export interface AddFlags {
  readonly project: string;
  readonly as?: string;
  readonly export?: string;
  readonly options?: string;
  readonly registry?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** Where what is provided under a token goes. */
const PLACES: Readonly<Record<string, string>> = {
  Adapter: 'inputs',
  Head: 'heads',
  Objective: 'objectives',
  Metric: 'metrics',
  LiveSource: 'live',
  Fusion: 'fusion',
  Balancer: 'balancer',
  DataSource: 'data/source',
};

/** `modalkit add`. */
export async function add(spec: string, flags: AddFlags): Promise<void> {
  const output = createOutput(flags.json);
  const signal = stopOnSignals(output.say, 'ending the programs that run');
  const given = parseOptions(flags.options);
  const config = await findConfig(flags.project);
  const folder = dirname(config);
  const manifest = join(folder, 'package.json');
  const before = await readFile(manifest, 'utf8').catch(() => {
    throw new ModalkitError('USAGE', `${manifest}: the project has no package.json; run \`npm init\` there first.`);
  });
  const name = await install(spec, folder, before, flags, signal);
  try {
    const { weighted } = (await findInstalled(name, folder))!;
    const options = given ?? (weighted ? openAdapterWeights(locateWeights(name, name, folder)).options : undefined);
    const factory = await chooseFactory(name, folder, options, flags, signal);
    const place = flags.as ?? placeOf(factory);
    const text = await readFile(config, 'utf8');
    const changed = addToConfig(config, text, { package: name, factory: factory.name, options, place, weighted });
    const changes = [showChange(manifest, before, await readFile(manifest, 'utf8')), showChange(config, text, changed)];
    for (const change of changes.filter(Boolean)) output.say(change);
    if (!(await agreed(flags))) throw new ModalkitError('STOPPED', 'Nothing was changed.');
    await writeFile(config, changed);
    const { version } = (await findInstalled(name, folder))!;
    const problem = await composeProblem(config);
    output.say(
      `Added ${name} ${version} as ${place}${weighted ? ', with its weights, frozen' : ''}.${problem === undefined ? '' : ` It does not compose yet: ${problem}`}`,
    );
    output.result({ name, version, place, factory: factory.name, change: changes.join('\n'), problem });
  } catch (error) {
    if (!(name in dependenciesOf(before))) await uninstall(name, folder, output);
    throw error;
  }
}

/** Installs a package with the project's package manager. @returns its name */
async function install(
  spec: string,
  folder: string,
  before: string,
  { registry }: AddFlags,
  signal: AbortSignal,
): Promise<string> {
  if (spec.startsWith('-'))
    throw new ModalkitError('USAGE', `${spec}: that is no package; name one, such as @you/thermal.`);
  // a file is named from where the command is typed
  const local = await stat(spec)
    .then(() => true)
    .catch(() => false);
  const wanted = local && /[./\\]/.test(spec) ? join(process.cwd(), spec) : spec;
  const { name: manager, program, add } = await packageManagerOf(folder);
  const ran = await runProgram(program, [...add, wanted], { cwd: folder, env: registryEnv(registry), signal });
  if (ran.code !== 0)
    throw new ModalkitError(
      'USAGE',
      `${manager} does not install ${spec}: ${lastWords(ran)}; correct the name, or log in.`,
    );
  const after = dependenciesOf(await readFile(join(folder, 'package.json'), 'utf8'));
  const named = /^(@[^/@]+\/[^/@]+|[^/@.][^/@]*)(?:@.*)?$/.exec(spec)?.[1];
  const had = dependenciesOf(before);
  const name =
    named !== undefined && named in after ? named : Object.keys(after).find((each) => after[each] !== had[each]);
  if (name !== undefined) return name;
  throw new ModalkitError(
    'USAGE',
    `${spec}: package.json does not name it after the install; name the package itself.`,
  );
}

async function chooseFactory(
  name: string,
  folder: string,
  options: unknown,
  flags: AddFlags,
  signal: AbortSignal,
): Promise<ProbedFactory> {
  const stated = (await findInstalled(name, folder))?.contract;
  if (stated !== undefined && stated !== CONTRACT)
    throw new ModalkitError(
      'COMPOSE',
      `${name} is of contract ${stated}, this modalkit is of ${CONTRACT}; ${stated < CONTRACT ? `take a newer ${name}` : 'update modalkit'}.`,
    );
  const { factories } = await probePlugin(name, folder, { options, signal });
  const names = factories.map((each) => each.name).join(', ');
  const factory =
    flags.export === undefined
      ? (factories.find((each) => each.name === wordOf(name)) ?? factories[0])
      : factories.find((each) => each.name === flags.export);
  if (!factory)
    throw new ModalkitError(
      'USAGE',
      flags.export === undefined || factories.length === 0
        ? `${name} exports no plugin; it is not one for Modalkit.`
        : `${name} exports no plugin "${flags.export}"; there are: ${names}.`,
    );
  if (factory.refused !== undefined)
    throw new ModalkitError(
      'USAGE',
      `${factory.name}() refused ${options === undefined ? 'to be without options' : 'its options'}: ${factory.refused} Give them with --options '{ … }'.`,
    );
  return factory;
}

function placeOf({ name, kind, provides = [] }: ProbedFactory): string {
  if (kind === 'set') return 'sets';
  const place = provides.map((token) => PLACES[token]).find(Boolean) ?? 'plugins';
  return ['plugins', 'fusion', 'balancer', 'data/source'].includes(place) ? place : `${place}/${name}`;
}

/** `@acme/modalkit-depth-camera` may export `depthCamera`. */
function wordOf(name: string): string {
  return name
    .slice(name.lastIndexOf('/') + 1)
    .replace(/^modalkit-/, '')
    .replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function parseOptions(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ModalkitError('USAGE', `--options ${text}: it is no JSON (${(error as Error).message}).`, {}, error);
  }
}

function dependenciesOf(manifest: string): Record<string, string> {
  const { dependencies, devDependencies } = JSON.parse(manifest);
  return { ...dependencies, ...devDependencies };
}

async function uninstall(name: string, folder: string, output: Output): Promise<void> {
  const { program, remove } = await packageManagerOf(folder);
  const { code } = await runProgram(program, [...remove, name], { cwd: folder });
  if (code !== 0) output.say(`${name} was installed and could not be taken away again.`);
}

async function agreed({ yes, json }: AddFlags): Promise<boolean> {
  if (yes || json || process.stdin.isTTY !== true || !isInteractive(process.stdout)) return true;
  return (await confirm({ message: 'Change the config like this?' })) === true;
}
