// What a worker imports: the part of the digits plugin that prepares, as built JavaScript.
import { isMainThread } from 'node:worker_threads';

const plugin = (prepare) => () => ({
  setup: (scope) => scope.provide({ name: 'Adapter', key: Symbol.for('modalkit/v1/Adapter') }, () => ({ prepare })),
});

async function idsOf({ digits, file }, { read }) {
  return { ids: Int32Array.from(digits ?? JSON.parse(await read(file)).digits) };
}

export const digits = plugin(idsOf);

export const digitsOfTheMainThread = plugin(async (sample, context) => {
  const { ids } = await idsOf(sample, context);
  return { ids: isMainThread ? ids : ids.map(() => 0) };
});

export const digitsWithoutWorkers = plugin(async (sample, context) => {
  if (!isMainThread) throw new Error('this codec runs on the main thread alone');
  return idsOf(sample, context);
});
