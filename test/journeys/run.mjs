// npm run journey: from `npm create modalkit` to a model that is trained with the new plugin, against a registry on loopback.
import { setup } from '../../recipes/setup.mjs';
import { stopChildrenOnSignals } from '../../recipes/tools/children.mjs';
import { printCounts } from '../print-counts.mjs';
import { runTests } from '../run-tests.mjs';

stopChildrenOnSignals();
await printCounts(async () => {
  await setup();
  return runTests(true, ['test/journeys/author']);
});
