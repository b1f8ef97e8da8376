import { type LiveSource, ModalkitError } from '@modalkit/contract';
import type { EventSink } from './event-sink.js';
import type { Output } from './output.js';
import { openPseudoTerminal, type PseudoTerminal } from './pseudo-terminal.js';

/**
 * Writes the bytes that each device sent into a pseudo-terminal of its own. Says the path of each first, and waits until some
 * program has opened them all.
 * @throws ModalkitError USAGE when no source knows its device's bytes
 */
export async function terminalSink(
  sources: Readonly<Record<string, LiveSource>>,
  output: Output,
  signal: AbortSignal,
): Promise<EventSink> {
  const streams = Object.keys(sources).filter((name) => sources[name]!.bytesOf);
  if (streams.length === 0)
    throw new ModalkitError(
      'USAGE',
      `--pty: no device bytes are known of ${Object.keys(sources).join(', ')}; replay without --pty, or name another --stream.`,
    );
  const terminals: Record<string, PseudoTerminal> = {};
  for (const name of streams) {
    terminals[name] = await openPseudoTerminal(signal);
    const { device } = terminals[name];
    output.say(`${name}: ${device}`);
    output.result({ kind: 'device', stream: name, device });
  }
  output.say('Waiting until a program reads it, such as `modalkit record`; Ctrl-C ends.');
  await Promise.all(streams.map((name) => terminals[name]!.opened));
  return {
    streams,
    take: async (stream, event) => {
      const bytes = sources[stream]!.bytesOf!(event);
      if (bytes.length === 0 || (await terminals[stream]!.write(bytes))) return true;
      if (!signal.aborted) output.say(`${stream}: its reader has gone.`);
      return false;
    },
    close: async () => {
      await Promise.all(streams.map((name) => terminals[name]!.close()));
    },
  };
}
