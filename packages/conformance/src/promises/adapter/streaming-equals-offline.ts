import type { Adapter } from '@modalkit/contract';
import type { AdapterBench } from '../../adapter-bench.js';
import { differenceOf, ROUNDING } from '../../compare.js';
import { broken, type Promised, sayOf } from '../../promised.js';
import { rowsOf, tidied } from '../../seen.js';

export const streamingEqualsOffline: Promised<Adapter, AdapterBench> = {
  id: 'streaming-equals-offline',
  title: 'windows of a live stream give the tokens of the whole sample',
  leftOut: ({ supports }) => (supports.streaming ? undefined : 'it does not support streaming'),
  async check({ adapter, given: { live }, fitted, host, batch, run, tf }) {
    if (!live) broken('It supports streaming: give `live: { sample, events }`, a sample and the same as live events.');
    if (!adapter.stream) broken('It supports streaming and has no `stream`.');
    const stream = adapter.stream(fitted);
    const windows = [...live.events.flatMap((event) => [...stream.push(event)]), ...stream.flush()];
    const longest = Math.max(...windows.map(({ prepared }) => adapter.length?.(prepared) ?? 0));
    if (stream.length !== undefined && longest > stream.length)
      broken(
        `The stream's length is ${stream.length}, and a window has ${longest} tokens: say how many it has at most.`,
      );
    const whole = await adapter
      .prepare(live.sample, host)
      .catch((error) => broken(`prepare fails on live.sample: ${sayOf(error)}`));
    const tokensOf = (prepared: unknown) =>
      tidied(tf, () => {
        const { values, valid } = run(batch([prepared], adapter.length?.(prepared) ?? 0)).tokens;
        const real = rowsOf(valid)[0]!;
        return rowsOf(tf.reshape(values, [real.length, -1])).filter((_, token) => real[token]);
      });
    const [offline, online] = [tokensOf(whole), windows.flatMap(({ prepared }) => tokensOf(prepared))];
    if (online.length !== offline.length)
      broken(
        `The stream gives ${online.length} tokens, the whole sample ${offline.length}; flush gives the windows that are left.`,
      );
    const at = online.findIndex((token, index) => !(differenceOf(token, offline[index]!) <= ROUNDING));
    if (at !== -1)
      broken(`Token ${at} of the stream is not that of the whole sample: let no token see beyond its window.`);
  },
};
