import { ModalkitError } from '@modalkit/contract';

export interface OpenPort {
  /** Settles when the port is closed; `unplugged` when nobody asked for it. */
  readonly closed: Promise<'unplugged' | 'closed'>;
  close(): Promise<void>;
}

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
  const closed = new Promise<'unplugged' | 'closed'>((resolve) =>
    port.once('close', (error: unknown) => resolve(error ? 'unplugged' : 'closed')),
  );
  const close = async () => {
    if (port.isOpen) await new Promise<void>((resolve) => port.close(() => resolve()));
  };
  return { closed, close };
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
