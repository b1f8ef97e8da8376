// What the benchmark measures of a plugin, without a project around it.
import { ADAPTER, LIVE_SOURCE } from '@modalkit/contract';

/** What a plugin provides under a token. */
function provided(plugin, token) {
  let found;
  const provide = (given, factory) => {
    if (given.key === token.key) found = factory();
  };
  plugin.setup({ slot: 'bench', provide });
  return found;
}
export const adapterOf = (plugin) => provided(plugin, ADAPTER);
export const sourceOf = (plugin) => provided(plugin, LIVE_SOURCE);

/** An event of `count` packets from number `first` on, `rate` a second. */
export function eventOf(names, first, count, rate) {
  const times = Float64Array.from({ length: count }, (_, row) => (first + row) / rate);
  const sequence = Float64Array.from({ length: count }, (_, row) => first + row);
  const wave = (channel) => Float32Array.from(times, (time) => Math.sin(7 * time + channel));
  const channels = Object.fromEntries(names.map((name, channel) => [name, wave(channel)]));
  return {
    kind: 'data',
    value: { times, sequence, device: times, channels },
    time: [times[0], times[count - 1]],
    arrived: times[count - 1],
  };
}
