import { serialize } from 'node:v8';
import type { Adapter, HostContext } from '@modalkit/contract';

/**
 * Which changed options give an adapter another `prepares`, and which another outcome of `fit` and `prepare`: other bytes, or
 * an error. The second must be among the first, or something cached would be used that is out of date.
 * @param adapters one by the options at hand (`base`), and one by each change of them
 */
export async function varyOptions<Raw, State, Prepared>(
  adapters: { readonly base: Adapter<Raw, State, Prepared> } & Readonly<Record<string, Adapter<Raw, State, Prepared>>>,
  samples: readonly Raw[],
  contextOf: <S>(state: S) => HostContext<S>,
): Promise<{ readonly prepares: readonly string[]; readonly outcomes: readonly string[] }> {
  const keyOf = ({ prepares, options }: Adapter<Raw, State, Prepared>) => JSON.stringify(prepares ?? options);
  const base = { key: keyOf(adapters.base), outcome: await outcomeOf(adapters.base, samples, contextOf) };
  const [prepares, outcomes]: [string[], string[]] = [[], []];
  for (const [change, adapter] of Object.entries(adapters)) {
    if (keyOf(adapter) !== base.key) prepares.push(change);
    if ((await outcomeOf(adapter, samples, contextOf)) !== base.outcome) outcomes.push(change);
  }
  return { prepares, outcomes };
}

async function outcomeOf<Raw, State, Prepared>(
  adapter: Adapter<Raw, State, Prepared>,
  samples: readonly Raw[],
  contextOf: <S>(state: S) => HostContext<S>,
): Promise<string> {
  async function* stream(): AsyncGenerator<Raw> {
    yield* samples;
  }
  try {
    const state = (await adapter.fit?.(stream(), contextOf(undefined))) as State;
    const prepared: Prepared[] = [];
    for (const sample of samples) prepared.push(await adapter.prepare(sample, contextOf(state)));
    return serialize([state, prepared]).toString('latin1');
  } catch (error) {
    return String(error);
  }
}
