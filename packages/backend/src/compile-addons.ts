import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ModalkitError } from '@modalkit/contract';
import { BINDING, QUIET } from './addon-path.js';
import type { PartContext } from './install-part.js';
import { findPip, runPip } from './pip.js';
import { lastLine, runCommand } from './run-command.js';
import type { Wheel } from './wheels.js';

const COMPILERS = ['g++', 'c++', 'clang++'];
const ZIG = 'ziglang==0.15.2';
const SOURCES = ['tfjs_backend.cc', 'tfjs_binding.cc'];
const LINK =
  process.platform === 'darwin'
    ? ['-Wl,-rpath,@loader_path/../deps/lib', '-undefined', 'dynamic_lookup']
    : ['-Wl,-rpath,$ORIGIN/../deps/lib'];
const FLAGS = ['-std=c++17', '-O2', '-fPIC', '-shared', '-DNAPI_VERSION=8', ...LINK];

/**
 * Builds the addons from tfjs-node-gpu's source and ours against the libraries in `folder`, with the compiler on the path or, when
 * there is none, with zig from the Python package index. Returns the compiler's name.
 */
export async function compileAddons(folder: string, wheel: Wheel, context: PartContext): Promise<string> {
  const [compiler, env] = (await findCompiler(context)) ?? (await fetchZig(folder, context));
  context.onProgress?.({ task: 'build the addon', done: 0, total: 1 });
  const [program, ...prefix] = compiler;
  for (const args of [quietArguments(folder), bindingArguments(folder, wheel)]) {
    const options = { env, signal: context.signal };
    const result = await runCommand(program!, [...prefix, ...FLAGS, ...args], options);
    if (result.code !== 0) throw failed(compiler, result.stderr);
  }
  return compiler.join(' ');
}

function failed(compiler: readonly string[], stderr: string): ModalkitError {
  return new ModalkitError(
    'BACKEND',
    `native backend: ${compiler.join(' ')} could not build the addon (${firstError(stderr)}).`,
    { reason: 'compile', stderr: stderr.slice(-4000) },
  );
}

type Compiler = readonly [command: readonly string[], env: NodeJS.ProcessEnv];

async function findCompiler(context: PartContext): Promise<Compiler | undefined> {
  for (const name of COMPILERS) {
    const { code } = await runCommand(name, ['--version'], { signal: context.signal });
    if (code === 0) return [[name], process.env];
  }
  return undefined;
}

async function fetchZig(folder: string, context: PartContext): Promise<Compiler> {
  const target = join(folder, 'download', 'zig');
  try {
    await runPip(['install', '--target', target, '--only-binary=:all:', '--no-deps', ZIG], ZIG, context);
  } catch (cause) {
    context.signal?.throwIfAborted();
    throw noCompiler(cause);
  }
  const [program, ...rest] = await findPip(context);
  const python =
    rest[0] === '-m' || rest[0] === '-3' ? [program!, ...rest.filter((word) => word === '-3')] : ['python3'];
  const env = { ...process.env, PYTHONPATH: target, ZIG_GLOBAL_CACHE_DIR: join(folder, 'download', 'zig-cache') };
  return [[...python, '-m', 'ziglang', 'c++'], env];
}

function quietArguments(folder: string): string[] {
  return [ownSource('quiet.cc'), '-o', join(folder, QUIET)];
}

const ownSource = (name: string) =>
  join(dirname(createRequire(import.meta.url).resolve('@modalkit/backend/package.json')), 'native', name);

function bindingArguments(folder: string, wheel: Wheel): string[] {
  const napi = (createRequire(import.meta.url)('node-api-headers') as { include_dir: string }).include_dir;
  return [
    `-I${join(folder, 'deps/include')}`,
    `-I${napi}`,
    ...SOURCES.map((name) => join(folder, 'bridge/binding', name)),
    ownSource('fused-ops.cc'),
    ...wheel.libraries.map((name) => join(folder, 'deps/lib', name)),
    '-o',
    join(folder, BINDING),
  ];
}

function firstError(stderr: string): string {
  return (
    stderr
      .split('\n')
      .find((line) => /error/i.test(line))
      ?.trim() ?? lastLine(stderr)
  );
}

function noCompiler(cause: unknown): ModalkitError {
  return new ModalkitError(
    'BACKEND',
    `native backend: there is no prebuilt addon for ${process.platform}-${process.arch} and no C++ compiler (tried ${COMPILERS.join(', ')}, and ${ZIG} by pip); install one of them, then run "modalkit backend install" again.`,
    { reason: 'no-compiler' },
    cause,
  );
}
