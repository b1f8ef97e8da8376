import type { Adapter, HostContext } from '@modalkit/contract';

/**
 * The state that `fit` or `fitPrepared` learns from raw samples; undefined for an adapter with neither.
 * @throws what preparing a sample throws: none is left out
 */
export async function fitState<Raw, State, Prepared>(
  { fit, fitPrepared, prepare }: Adapter<Raw, State, Prepared>,
  samples: Iterable<Raw> | AsyncIterable<Raw>,
  context: HostContext<undefined>,
): Promise<State> {
  async function* raw(): AsyncGenerator<Raw> {
    yield* samples;
  }
  async function* prepared(): AsyncGenerator<Prepared> {
    for await (const sample of samples) yield await prepare(sample, context as HostContext<State>);
  }
  return (await (fitPrepared?.(prepared(), context) ?? fit?.(raw(), context))) as State;
}
