import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Trace {
  readonly stdout: string;
  /** Paths that were opened. */
  readonly opened: readonly string[];
  /** Paths that were opened for writing, made, moved, linked or removed. */
  readonly written: readonly string[];
  /** Sockets of IPv4 and IPv6. */
  readonly sockets: number;
  /** Programs that were started. */
  readonly started: readonly string[];
}

const CHANGES = [
  'mkdir',
  'mkdirat',
  'rename',
  'renameat',
  'renameat2',
  'symlink',
  'symlinkat',
  'link',
  'linkat',
  'unlink',
  'unlinkat',
];
/** A call that has changed something: one that failed has not. */
const WRITES = new RegExp(` (?:open(?:at2?)?\\(.*O_(?:WRONLY|RDWR|CREAT)|(?:${CHANGES.join('|')})\\().* = \\d+`);

/** Runs a program under strace, its children too. @param log file for the trace */
export function traced(log: string, command: string, args: readonly string[], cwd?: string): Trace {
  const options = [
    '-f',
    '--seccomp-bpf',
    '-qq',
    '-s',
    '4096',
    '-e',
    `trace=open,openat,openat2,socket,execve,${CHANGES.join()}`,
    '-o',
    log,
  ];
  const { stdout } = spawnSync('strace', [...options, command, ...args], {
    encoding: 'utf8',
    cwd,
    timeout: 300_000,
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const lines = readFileSync(log, 'utf8').split('\n');
  const paths = (call: RegExp) => lines.flatMap((line) => (call.test(line) ? [/"([^"]*)"/.exec(line)?.[1] ?? ''] : []));
  return {
    stdout,
    written: paths(WRITES).filter((path) => !path.startsWith('/dev/')),
    opened: paths(/ open(?:at2?)?\(/),
    sockets: lines.filter((line) => / socket\(AF_INET6?,/.test(line)).length,
    started: paths(/ execve\(.* = 0$/),
  };
}
