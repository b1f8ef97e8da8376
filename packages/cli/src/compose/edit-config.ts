import { ModalkitError } from '@modalkit/contract';
import { builders, type ProxifiedModule, parseModule } from 'magicast';

/** A plugin to be put into a config. */
export interface Addition {
  readonly package: string;
  /** What the package calls the factory. */
  readonly factory: string;
  readonly options?: unknown;
  /** Where it goes: a named place such as `inputs/heat`, a list such as `plugins`, or `fusion`. */
  readonly place: string;
  /** The package carries weights for this input. */
  readonly weighted?: boolean;
}

const LISTS = ['plugins', 'sets'];
const SINGLE = ['fusion', 'balancer', 'data/source'];
const NAMED = ['inputs', 'heads', 'objectives', 'metrics', 'live'];

// biome-ignore lint/suspicious/noExplicitAny: magicast's proxies take on the form of whatever the file holds
type Proxy = any;

/** The text of a config with one plugin more. @throws ModalkitError USAGE when the place is taken or none */
export function addToConfig(file: string, text: string, addition: Addition): string {
  const { package: name, factory, options, place, weighted } = addition;
  const module = parse(file, text);
  const config = configOf(file, module);
  const local = importFactory(module, text, name, factory);
  const call = builders.functionCall(local, ...(options === undefined ? [] : [options]));
  const [group = '', entry] = place.split('/');
  if (LISTS.includes(place)) {
    config[place] ??= [];
    config[place].push(call);
  } else if (place === 'data/source') config.data.source = call;
  else if (SINGLE.includes(place)) config[place] = call;
  else if (NAMED.includes(group) && entry) {
    const record = recordOf(config, group);
    if (record[entry] !== undefined)
      throw new ModalkitError(
        'USAGE',
        `${file}: ${place} is there already; name another place with --as ${group}/<name>.`,
      );
    record[entry] = call;
    if (weighted && group === 'inputs') recordOf(config, 'pretrained')[entry] = name;
  } else
    throw new ModalkitError(
      'USAGE',
      `--as ${place}: there is no such place; write ${NAMED.map((each) => `${each}/<name>`).join(', ')}, ${[...LISTS, ...SINGLE].join(' or ')}.`,
    );
  return module.generate().code;
}

/** The text of a config without what a package gives it, and the places that were emptied. */
export function removeFromConfig(file: string, text: string, name: string): { text: string; places: string[] } {
  const module = parse(file, text);
  const config = configOf(file, module);
  const locals = module.imports.$items.filter(({ from }) => from === name).map(({ local }) => local);
  const places: string[] = [];
  const uses = (value: Proxy) => mentions(value?.$ast, locals);
  const drop = (record: Proxy, key: string, place: string) => {
    if (!uses(record?.[key])) return;
    delete record[key];
    places.push(place);
    if (place.startsWith('inputs/') && config.pretrained?.[key] !== undefined) delete config.pretrained[key];
  };
  for (const group of NAMED)
    for (const record of recordsOf(config, group))
      for (const key of Object.keys(record)) drop(record, key, `${group}/${key}`);
  for (const list of LISTS)
    for (let at = (config[list]?.length ?? 0) - 1; at >= 0; at--)
      if (uses(config[list][at])) {
        config[list].splice(at, 1);
        places.push(`${list}/${at}`);
      }
  for (const key of ['fusion', 'balancer']) drop(config, key, key);
  for (const local of locals) delete module.imports[local];
  const left = locals.find((local) => mentions(module.$ast, [local]));
  if (left !== undefined)
    throw new ModalkitError(
      'USAGE',
      `${file}: ${left} of ${name} is used outside of the config's places; take it away by hand first.`,
    );
  return { text: module.generate().code, places };
}

/** Packages that a config imports, in the order of its lines. */
export function packagesOfConfig(file: string, text: string): string[] {
  const names = parse(file, text).imports.$items.map(({ from }) => from);
  return [...new Set(names.filter((from) => !/^[./]|^node:/.test(from)))];
}

/** @throws ModalkitError CONFIG when a config cannot be parsed */
export function checkConfig(file: string, text: string): void {
  parse(file, text);
}

function parse(file: string, text: string): ProxifiedModule<Proxy> {
  try {
    return parseModule(text);
  } catch (error) {
    throw new ModalkitError(
      'CONFIG',
      `${file}: it cannot be parsed (${(error as Error).message}); correct it.`,
      {},
      error,
    );
  }
}

/** The object that the file exports, with or without `defineConfig`. */
function configOf(file: string, module: ProxifiedModule<Proxy>): Proxy {
  const exported = module.exports.default;
  const config = exported?.$type === 'function-call' ? exported.$args[0] : exported;
  if (config?.$type === 'object') return config;
  throw new ModalkitError(
    'USAGE',
    `${file}: only a config that is written as \`export default defineConfig({ … })\` can be edited; edit this one by hand.`,
  );
}

/** `inputs` may be a list of records: the last one takes what is new. */
function recordOf(config: Proxy, group: string): Proxy {
  config[group] ??= {};
  return recordsOf(config, group).at(-1) ?? config[group];
}

function recordsOf(config: Proxy, group: string): Proxy[] {
  const value = config[group];
  if (value === undefined) return [];
  return value.$type === 'array' ? Array.from({ length: value.length }, (_, at) => value[at]) : [value];
}

/** Imports a factory under its own name, or another when that is taken. @returns the name */
function importFactory(module: ProxifiedModule<Proxy>, text: string, from: string, imported: string): string {
  const there = module.imports.$items.find((item) => item.from === from && item.imported === imported);
  if (there) return there.local;
  const taken = (name: string) => new RegExp(`(?<![\\w$'"./-])${name}(?![\\w$'":-])`).test(text);
  const names = [imported, ...Array.from({ length: 100 }, (_, index) => `${imported}${index + 2}`)];
  const local = names.find((name) => !taken(name))!;
  module.imports.$append({ from, imported, local });
  return local;
}

/** True when a tree of nodes holds one of these identifiers. */
function mentions(node: unknown, names: readonly string[]): boolean {
  if (typeof node !== 'object' || node === null) return false;
  if (Array.isArray(node)) return node.some((each) => mentions(each, names));
  const { type, name } = node as { type?: string; name?: string };
  if (type === 'Identifier' && names.includes(name!)) return true;
  // a key of a record is a word, not a use
  const skip = type === 'ObjectProperty' && !(node as { computed?: boolean }).computed ? ['key'] : [];
  return Object.entries(node).some(
    ([key, value]) => !HIDDEN.includes(key) && !skip.includes(key) && mentions(value, names),
  );
}

const HIDDEN = ['loc', 'original', 'tokens', 'comments', 'extra', 'errors'];
