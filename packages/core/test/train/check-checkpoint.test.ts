import { expect, it } from 'vitest';
import { checkComposition } from '../../src/train/check-checkpoint.js';

it('a checkpoint of other plugins says which packages to install, in which versions', () => {
  const saved = [
    { slot: 'inputs/heat', id: '@you/thermal', version: '1.2.0' },
    { slot: 'heads/kind', id: '@you/parts/kind', version: '0.3.1' },
    { slot: 'fusion', id: '@modalkit/core/late' },
    { slot: 'metrics/a', id: 'gone', version: '1.0.0' },
  ];
  const now = [{ slot: 'inputs/heat', id: 'modalkit-depth', version: '2.0.0' }, saved[2]!];
  expect(() => checkComposition(now, saved, 'runs/a')).toThrow(
    'runs/a: the checkpoint is of other plugins: inputs/heat was @you/thermal 1.2.0 and is modalkit-depth 2.0.0 now; ' +
      'heads/kind was @you/parts/kind 0.3.1 and is not composed now. ' +
      'Compose those again (`npm install @you/thermal@1.2.0 @you/parts@0.3.1`), or train into another folder.',
  );
  expect(() => checkComposition(saved, saved, 'runs/a')).not.toThrow();
});
