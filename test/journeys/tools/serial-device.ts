import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('./serial-device.py', import.meta.url));

/** A device on a real pseudo-terminal, in a process of its own. */
export interface SerialDevice {
  /** Number of the last packet that it has sent; -1 before the first. */
  readonly sent: number;
  /** Resolves when a program has opened its port. */
  readonly opened: Promise<void>;
  /** Sends packets of one x; resolves when the last is sent. */
  send(x: number, count: number): Promise<void>;
  unplug(): Promise<void>;
}

/** Plugs a device in whose port is `link`. */
export async function plugIn(link: string, rate: number): Promise<SerialDevice> {
  const child = spawn('python3', [SCRIPT, link, String(rate)], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.on('error', () => undefined);
  let said = '';
  let [sent, asked] = [-1, -1];
  const listeners = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4096);
    const last = said.lastIndexOf('sent ');
    const end = said.indexOf('\n', last);
    if (last >= 0 && end > 0) sent = Number(said.slice(last + 5, end));
    for (const listener of listeners) listener();
  });
  const until = (reached: () => boolean) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (!reached()) return;
        listeners.delete(look);
        resolve();
      };
      listeners.add(look);
      child.once('close', () => reject(new Error(`the device was unplugged after packet ${sent}`)));
      look();
    });
  await until(() => said.includes('ready'));
  const opened = until(() => said.includes('opened'));
  opened.catch(() => undefined);
  return {
    get sent() {
      return sent;
    },
    opened,
    send: async (x, count) => {
      asked += count;
      const last = asked;
      child.stdin.write(`${x} ${count}\n`);
      await until(() => sent >= last);
    },
    unplug: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const closed = once(child, 'close');
      child.stdin.end();
      child.kill();
      await closed;
    },
  };
}
