import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { ModalkitError } from '@modalkit/contract';

/** A pseudo-terminal that other programs read as a serial device. */
export interface PseudoTerminal {
  /** Its path: `/dev/pts/3`. */
  readonly device: string;
  /** Resolves with true when some program has opened it, with false when it never will. */
  readonly opened: Promise<boolean>;
  /** Sends bytes, as fast as they are taken. @returns false when the reader has gone away */
  write(bytes: Uint8Array): Promise<boolean>;
  /** Lets the reader take what is left, then hangs up. */
  close(): Promise<void>;
}

/** Seconds that a reader has for the last bytes before the device hangs up. */
const LAST_SECONDS = 1;
const SOCAT = ['-d', '-d', '-t', String(LAST_SECONDS), '-', 'PTY,raw,echo=0,wait-slave,pty-interval=0.05'];
const PATH = /PTY is (\S+)/;
const OPENED = /starting data transfer/;
const CLOSED = /PTY closed/;

/** The same for machines without socat, and in its words. A hang-up without a reader tells that none has opened it yet. */
const PYTHON = `
import os, select, sys, time, tty
master, slave = os.openpty()
tty.setraw(slave)
print('PTY is', os.ttyname(slave), file=sys.stderr, flush=True)
os.close(slave)
reader = select.poll()
reader.register(master, 0)
while reader.poll(0):
    time.sleep(0.05)
print('starting data transfer', file=sys.stderr, flush=True)
os.set_blocking(master, False)
watch = select.poll()
rest, ended = b'', False
while rest or not ended:
    watch.register(master, select.POLLIN | (select.POLLOUT if rest else 0))
    if rest or ended:
        try: watch.unregister(0)
        except KeyError: pass
    else:
        watch.register(0, select.POLLIN)
    for fd, event in watch.poll():
        if fd == 0:
            rest = os.read(0, 65536)
            ended = not rest
        elif event & (select.POLLHUP | select.POLLERR):
            sys.exit('PTY closed')
        elif event & select.POLLIN:
            os.read(master, 65536)
        elif event & select.POLLOUT:
            rest = rest[os.write(master, rest):]
time.sleep(${LAST_SECONDS})
`;

/**
 * Opens a pseudo-terminal by socat, or by Python where there is none. The signal hangs it up.
 * @throws ModalkitError USAGE when this machine has neither
 */
export async function openPseudoTerminal(signal: AbortSignal): Promise<PseudoTerminal> {
  const terminal = (await start('socat', SOCAT, signal)) ?? (await start('python3', ['-c', PYTHON], signal));
  if (terminal) return terminal;
  throw new ModalkitError('USAGE', '--pty: it needs socat or python3 to make a pseudo-terminal; install one of them.');
}

/** Undefined when the program does not start. */
async function start(
  program: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<PseudoTerminal | undefined> {
  const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'pipe'] });
  // What is written when the reader has gone is lost, which `write` tells.
  child.stdin.on('error', () => undefined);
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('close', () => resolve());
  });
  signal.addEventListener('abort', () => child.kill(), { once: true });
  let said = '';
  const found = (pattern: RegExp) =>
    new Promise<RegExpExecArray | undefined>((resolve) => {
      const look = () => {
        const match = pattern.exec(said);
        if (match) resolve(match);
      };
      child.stderr.on('data', look);
      look();
      void ended.then(() => resolve(undefined));
    });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4096);
  });
  const opened = found(OPENED).then((match) => match !== undefined);
  const device = (await found(PATH))?.[1];
  return device === undefined ? undefined : { device, opened, ...bytesInto(child, ended, found(CLOSED)) };
}

/** @param left settles when the reader has gone, or the program has ended */
function bytesInto(
  child: ChildProcess,
  ended: Promise<void>,
  left: Promise<unknown>,
): Pick<PseudoTerminal, 'write' | 'close'> {
  const stdin = child.stdin!;
  let gone = false;
  const going = left.then(() => {
    gone = true;
  });
  return {
    write: async (bytes) => {
      if (gone) return false;
      if (stdin.write(bytes)) return true;
      await Promise.race([once(stdin, 'drain').catch(() => undefined), going]);
      return !gone;
    },
    close: async () => {
      stdin.end();
      await ended;
    },
  };
}
