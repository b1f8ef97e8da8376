import { sayOf } from './promised.js';
import { Blocked, type ConformanceCase, suiteOf } from './suite.js';

/** What was found about one promise. */
export interface Finding {
  /** The promise: `padding-changes-nothing`. */
  readonly id: string;
  readonly title: string;
  /** `blocked`: the plugin could not be made ready. `left-out`: it isn't asked of this plugin. */
  readonly result: 'kept' | 'broken' | 'blocked' | 'left-out';
  /** What is broken and what to do, or why it is left out. */
  readonly says?: string;
  readonly milliseconds: number;
}

/**
 * Judges a plugin without a test runner, promise by promise, as commands do.
 * @param only ids of the promises that are looked at; all when left out
 */
export async function* judge(given: ConformanceCase, only?: readonly string[]): AsyncGenerator<Finding> {
  for (const { id, title, leftOut, run } of suiteOf(given).checks) {
    if (only && !only.includes(id)) continue;
    const start = performance.now();
    const finding = leftOut === undefined ? await outcomeOf(run) : ({ result: 'left-out', says: leftOut } as const);
    yield { id, title, ...finding, milliseconds: performance.now() - start };
  }
}

async function outcomeOf(run: () => Promise<void>): Promise<Pick<Finding, 'result' | 'says'>> {
  try {
    await run();
    return { result: 'kept' };
  } catch (error) {
    return { result: error instanceof Blocked ? 'blocked' : 'broken', says: sayOf(error) };
  }
}
