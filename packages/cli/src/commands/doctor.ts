import { spawn } from 'node:child_process';
import { readdir, statfs } from 'node:fs/promises';
import { availableParallelism, freemem, totalmem } from 'node:os';
import { backendInfo, cacheFolder } from '@modalkit/backend';
import { findFfmpeg } from '@modalkit/media';
import { createOutput } from '../output.js';

interface Finding {
  readonly what: string;
  readonly ok: boolean;
  readonly found: string;
  /** What to do when it is not ok. */
  readonly fix?: string;
}

/** `modalkit doctor`. */
export async function doctor({ json }: { readonly json?: boolean }): Promise<void> {
  const output = createOutput(json);
  const findings = [
    nodeFinding(),
    await pipFinding(),
    await compilerFinding(),
    ...(await backendFindings()),
    await ffmpegFinding(),
    await portsFinding(),
    memoryFinding(),
    await diskFinding(),
  ];
  for (const { what, ok, found, fix } of findings)
    output.say(`${ok ? 'ok  ' : 'warn'}  ${what.padEnd(10)} ${found}${ok || !fix ? '' : `; ${fix}`}`);
  output.result({ ok: findings.every((finding) => finding.ok), findings });
}

function nodeFinding(): Finding {
  const ok = Number(process.versions.node.split('.')[0]) >= 20;
  return {
    what: 'node',
    ok,
    found: `${process.version}, ${availableParallelism()} cores`,
    fix: 'install Node 20 or later',
  };
}

async function pipFinding(): Promise<Finding> {
  const found = (await firstLine('python3', ['-m', 'pip', '--version'])) ?? (await firstLine('pip', ['--version']));
  return {
    what: 'pip',
    ok: found !== undefined,
    found: found ?? 'not found',
    fix: 'install Python with pip, so that native TensorFlow can be fetched',
  };
}

async function compilerFinding(): Promise<Finding> {
  const found = (await firstLine('g++', ['--version'])) ?? (await firstLine('clang++', ['--version']));
  return { what: 'compiler', ok: true, found: found ?? 'none (not needed where the addon ships prebuilt)' };
}

async function backendFindings(): Promise<Finding[]> {
  const { running, native, gflops, notices } = await backendInfo();
  const fix = 'run `modalkit backend install`';
  return [
    {
      what: 'native',
      ok: native !== null && native.altered.length === 0,
      found: native ? `${native.folder} (${(native.bytes / 2 ** 20).toFixed(0)} MB)` : 'not installed',
      fix,
    },
    {
      what: 'backend',
      ok: running.id === 'native',
      found: `${running.id} ${running.version}, ${running.device}, ${running.threads} threads, ${gflops} GFLOP/s${notices.length > 0 ? `; ${notices.join(' ')}` : ''}`,
      fix,
    },
  ];
}

async function ffmpegFinding(): Promise<Finding> {
  const fix = 'install ffmpeg, or set FFMPEG_PATH to it, so that sound and video can be read';
  try {
    const ffmpeg = await findFfmpeg();
    if (!ffmpeg) return { what: 'ffmpeg', ok: false, found: 'not found', fix };
    const { version, path, source, can } = ffmpeg;
    const names = Object.entries(can).flatMap(([name, able]) => (able ? [name] : []));
    const found = `${version}, ${path} (by ${source}); it can: ${names.join(', ') || 'nothing beyond reading files'}`;
    return { what: 'ffmpeg', ok: true, found };
  } catch (error) {
    return { what: 'ffmpeg', ok: false, found: (error as Error).message.replace(/\.$/, ''), fix };
  }
}

/** Ports by the names that Linux and macOS give them. */
async function portsFinding(): Promise<Finding> {
  const names = await readdir('/dev').catch(() => []);
  const ports = names.filter((name) => /^(?:tty(?:USB|ACM|AMA)\d+|cu\..+)$/.test(name)).sort();
  return { what: 'serial', ok: true, found: ports.map((name) => `/dev/${name}`).join(', ') || 'no port here' };
}

function memoryFinding(): Finding {
  const gib = (bytes: number) => (bytes / 2 ** 30).toFixed(1);
  return {
    what: 'memory',
    ok: freemem() > 2 ** 30,
    found: `${gib(freemem())} of ${gib(totalmem())} GiB free`,
    fix: 'close other programs, or train with a smaller data.batch',
  };
}

async function diskFinding(): Promise<Finding> {
  const { bavail, bsize } = await statfs(process.cwd());
  const free = (bavail * bsize) / 2 ** 30;
  return {
    what: 'disk',
    ok: free > 2,
    found: `${free.toFixed(1)} GiB free here; cache in ${cacheFolder()}`,
    fix: 'make room, or set MODALKIT_CACHE to another disk',
  };
}

/** First line that a program prints, or undefined when it does not run. */
async function firstLine(program: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'], timeout: 10_000 });
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
    });
    child.on('error', () => resolve(undefined));
    child.on('close', (code) => resolve(code === 0 ? text.split('\n')[0] : undefined));
  });
}
