import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const SCRIPT = join(import.meta.dirname, 'device.py');

export interface Plan {
  readonly packets: number;
  /** Packets a second. */
  readonly rate: number;
  readonly hangups: number;
  /** Shares of the packets that are cut short, or have a byte changed; share before which noise comes. */
  readonly half: number;
  readonly flipped: number;
  readonly garbage: number;
  /** Times that 200 kB without a delimiter come. */
  readonly endless: number;
  readonly seed: number;
}

/** What the device tells of itself when it has sent everything. */
export interface Told {
  readonly packets: number;
  readonly damaged: readonly number[];
  readonly hangups: number;
  /** Seconds since 1970 at which the port was there. */
  readonly ready: readonly number[];
}

export interface Device {
  readonly port: string;
  readonly told: Promise<Told>;
  readonly process: ChildProcess;
  stop(): Promise<void>;
}

/** Starts a process with a pseudo-terminal that is linked as `port`; waits until the link is there. */
export async function startOnPort(command: string, args: (port: string) => readonly string[]): Promise<Device> {
  const folder = await mkdtemp(join(tmpdir(), 'modalkit-串口-'));
  const port = join(folder, 'port');
  const child = spawn(command, args(port), { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const told = (async () => {
    for await (const line of createInterface(child.stdout!)) return JSON.parse(line) as Told;
    throw new Error('The device told nothing.');
  })();
  told.catch(() => undefined);
  for (let tries = 0; !existsSync(port); tries++) {
    if (tries > 500) throw new Error('The device never appeared.');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const stop = async () => {
    child.stdin!.end();
    child.kill('SIGKILL');
    await ended;
    await rm(folder, { recursive: true });
  };
  return { port, told, process: child, stop };
}

export const startDevice = (plan: Plan): Promise<Device> =>
  startOnPort('python3', (port) => [SCRIPT, port, JSON.stringify(plan)]);

/** The bytes that such a device sends, without hang-ups. */
export function bytesOfDevice(plan: Plan): { readonly bytes: Uint8Array; readonly told: Told } {
  const { stdout, stderr } = spawnSync('python3', [SCRIPT, '-', JSON.stringify(plan)], { maxBuffer: 2 ** 30 });
  return { bytes: stdout, told: JSON.parse(String(stderr)) };
}
