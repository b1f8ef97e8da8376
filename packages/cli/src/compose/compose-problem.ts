import { loadProject } from '@modalkit/core';

/** Why a config does not compose, in one sentence; undefined when it does. */
export async function composeProblem(config: string): Promise<string | undefined> {
  try {
    const runtime = await loadProject(config);
    await runtime.dispose();
    return undefined;
  } catch (error) {
    return (error as Error).message.split('\n')[0];
  }
}
