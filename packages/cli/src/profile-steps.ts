import { Session } from 'node:inspector';
import { join } from 'node:path';
import type { Reporter } from '@modalkit/contract';
import { writeFileAtomic } from '@modalkit/core';

/** Steps before a profile begins: the first ones record their graphs. */
const WARM_UP = 10;

/**
 * Samples where the main thread is, from the eleventh step of this start on, and writes `profile.cpuprofile` into the run
 * folder: the report draws it, and the developer tools of browsers open it.
 * @param steps how many steps, fewer when the run ends before
 */
export function profileSteps(folder: string, steps: number): Reporter {
  const session = new Session();
  let first: number | undefined;
  let profile: object | undefined;
  const stop = () =>
    session.post('Profiler.stop', (_, stopped) => {
      profile = stopped.profile;
      session.disconnect();
    });
  let running = false;
  return {
    id: 'profile',
    report(event) {
      if (event.kind !== 'step' || profile) return;
      first ??= event.step;
      if (!running && event.step >= first + WARM_UP) {
        session.connect();
        session.post('Profiler.enable');
        session.post('Profiler.start');
        running = true;
      } else if (running && event.step >= first + WARM_UP + steps) stop();
    },
    async close() {
      if (running && !profile) stop();
      if (profile) await writeFileAtomic(join(folder, 'profile.cpuprofile'), JSON.stringify(profile));
    },
  };
}
