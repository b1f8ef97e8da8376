import { serialize } from 'node:v8';
import type { Adapter, HostContext } from '@modalkit/contract';
import { fitState } from './fit-state.js';

/**
 * Which changed options give an adapter another `prepares`, and which another outcome of `sample`, fitting or, by the state
 * that `base` learns, `prepare`. The second must be among the first, or the cache would hand out what is out of date.
 * @param adapters one by the options at hand (`base`), and one by each change of them
 */
export async function varyOptions<Raw, State, Prepared>(
  adapters: Readonly<Record<string, Adapter<Raw, State, Prepared>>>,
  samples: readonly Raw[],
  contextOf: <S>(state: S) => HostContext<S>,
): Promise<{ readonly prepares: readonly string[]; readonly outcomes: readonly string[] }> {
  const { base, ...changed } = adapters;
  const keyOf = ({ prepares, options }: Adapter<Raw, State, Prepared>) => JSON.stringify(prepares ?? options);
  const state = await fitState(base!, samples, contextOf(undefined));
  const outcomeOf = async (adapter: Adapter<Raw, State, Prepared>) => {
    const results = [await bytesOf(async () => (await fitState(adapter, samples, contextOf(undefined))) ?? state)];
    for (const sample of samples) results.push(await bytesOf(() => prepare(adapter, sample, contextOf(state))));
    return results.join();
  };
  const expected = await outcomeOf(base!);
  const [prepares, outcomes]: [string[], string[]] = [[], []];
  for (const [change, adapter] of Object.entries(changed)) {
    if (keyOf(adapter) !== keyOf(base!)) prepares.push(change);
    if ((await outcomeOf(adapter)) !== expected) outcomes.push(change);
  }
  return { prepares, outcomes };
}

async function prepare<Raw, State, Prepared>(
  { sample, prepare }: Adapter<Raw, State, Prepared>,
  raw: Raw,
  context: HostContext<State>,
): Promise<Prepared> {
  const checked = await sample['~standard'].validate(raw);
  if (checked.issues) throw new Error(checked.issues.map(({ message }) => message).join('; '));
  return prepare(checked.value, context);
}

/** The bytes of a result, or what it throws. */
async function bytesOf(run: () => Promise<unknown>): Promise<string> {
  try {
    return serialize(await run()).toString('base64');
  } catch (error) {
    return String(error);
  }
}
