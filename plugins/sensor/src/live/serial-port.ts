import { stat } from 'node:fs/promises';
import { ModalkitError } from '@modalkit/contract';

export interface OpenPort {
  /** Settles when the port is closed; `unplugged` when nobody asked for it. */
  readonly closed: Promise<'unplugged' | 'closed'>;
  close(): Promise<void>;
}

/** How often it is looked whether the device is still there. */
const WATCH_MS = 100;

/**
 * Opens a serial port or pseudo-terminal.
 * @throws Error with the operating system's reason
 */
export async function openPort(
  path: string,
  baudRate: number,
  onBytes: (bytes: Uint8Array) => void,
): Promise<OpenPort> {
  const { SerialPort } = await import('serialport');
  const port = new SerialPort({ path, baudRate, autoOpen: false });
  await new Promise<void>((resolve, reject) => port.open((error) => (error ? reject(error) : resolve())));
  port.on('data', onBytes);
  // What goes wrong closes the port, and that is what is listened to.
  port.on('error', () => undefined);
  let unplugged = false;
  const close = async () => {
    if (port.isOpen) await new Promise<void>((resolve) => port.close(() => resolve()));
  };
  const watch = watchNode(path, () => {
    unplugged = true;
    void close();
  });
  const closed = new Promise<'unplugged' | 'closed'>((resolve) =>
    port.once('close', (error: unknown) => {
      watch.stop();
      resolve(error || unplugged ? 'unplugged' : 'closed');
    }),
  );
  return { closed, close };
}

/**
 * Calls back once when the device's node is gone or is another one. A terminal that was hung up may read as empty for ever
 * without an error, and serialport then reads on; where paths are no nodes (Windows) nothing is watched.
 */
function watchNode(path: string, onGone: () => void): { stop(): void } {
  let opened: string | undefined;
  const look = async () => {
    const node = await stat(path).catch(() => undefined);
    const identity = node && `${node.rdev} ${node.ino} ${node.ctimeMs}`;
    if (opened !== undefined && identity !== opened) {
      clearInterval(timer);
      onGone();
    }
    opened ??= identity;
  };
  const timer = setInterval(look, WATCH_MS);
  void look();
  return { stop: () => clearInterval(timer) };
}

/** Why a port cannot be opened, in one sentence. */
export async function explainPort(path: string, cause: unknown): Promise<ModalkitError> {
  const reason = cause instanceof Error ? cause.message.replace(/^Error:? /, '') : String(cause);
  const say = (what: string) => new ModalkitError('DATA', `Serial port ${path}: ${what}.`, { port: path }, cause);
  if (/No such (?:file|device)|File not found|ENXIO/i.test(reason))
    return say(`there is no such port (${await portsThereAre()}); plug the device in or correct the name`);
  if (/Permission denied|Access denied/i.test(reason))
    return say('permission denied; add yourself to the group that owns it (on Linux often "dialout") and log in again');
  if (/Cannot lock port|Resource busy|in use/i.test(reason))
    return say('another program has it open; close that program first');
  if (/Inappropriate ioctl|Is a directory|Not a typewriter/i.test(reason))
    return say('is no serial device; name a port such as /dev/ttyUSB0');
  return say(`cannot be opened (${reason}); check the device and the name`);
}

async function portsThereAre(): Promise<string> {
  const { SerialPort } = await import('serialport');
  const ports = await SerialPort.list().catch(() => []);
  return ports.length === 0 ? 'there is none at all' : `there are ${ports.map(({ path }) => path).join(', ')}`;
}
