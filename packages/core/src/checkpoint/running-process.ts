import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** Which process of which machine: a reused process id has another start. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly host: string;
  /** Id of the machine's boot, or '' where the system tells none. */
  readonly boot: string;
  /** Start in clock ticks since boot, or '' where the system tells none. */
  readonly start: string;
}

/** This process. */
export function thisProcess(): ProcessIdentity {
  const boot = readLine('/proc/sys/kernel/random/boot_id');
  return { pid: process.pid, host: hostname(), boot, start: processStat(process.pid)?.start ?? '' };
}

/** False when the process has certainly ended; true when it runs or, being on another host, cannot be asked. */
export function mayBeRunning(identity: ProcessIdentity): boolean {
  const own = thisProcess();
  if (identity.host !== own.host) return true;
  if (identity.boot !== own.boot) return false;
  if (own.start === '') return isAlive(identity.pid);
  const stat = processStat(identity.pid);
  return stat !== undefined && stat.start === identity.start && !'ZX'.includes(stat.state);
}

/** State and start time of a process by Linux's /proc (proc_pid_stat(5)); the name in brackets may hold anything. */
function processStat(pid: number): { state: string; start: string } | undefined {
  const line = readLine(`/proc/${pid}/stat`);
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  return line === '' ? undefined : { state: fields[0]!, start: fields[19]! };
}

function readLine(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EPERM';
  }
}
