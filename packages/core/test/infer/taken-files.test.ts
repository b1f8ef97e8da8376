import { expect, it } from 'vitest';
import type { Config } from '../../src/compose/index.js';
import { takenFiles } from '../../src/infer/taken-files.js';
import { numberFiles } from '../fixtures/number-files-plugin.js';
import { series } from '../fixtures/series-plugin.js';
import { meanSquare, project } from '../fixtures/test-project.js';

const take = (inputs: Config['inputs'], files: readonly string[], options: Parameters<typeof takenFiles>[3] = {}) => {
  const [input] = Object.keys(inputs) as [string];
  return takenFiles(project({ inputs, objectives: { error: meanSquare({ input }) } }), '/data', files, options);
};
const one = { a: numberFiles(), b: numberFiles({ ending: '.数' }), plain: series() };

it('gives each file to the input that takes it, named by its path from the folder, and names those that none takes', async () => {
  const { taken, passedOver } = await take(one, ['x.num', '图/y.数', '图/z.num', 'note.txt']);
  expect(Object.fromEntries(taken)).toEqual({
    a: [
      { id: 'x.num', inputs: { a: 'x.num' }, targets: {} },
      { id: '图/z.num', inputs: { a: '图/z.num' }, targets: {} },
    ],
    b: [{ id: '图/y.数', inputs: { b: '图/y.数' }, targets: {} }],
  });
  expect(passedOver).toEqual(['note.txt']);
});

it('asks only the input that is named', async () => {
  const { taken, passedOver } = await take(one, ['x.num', 'y.数'], { named: 'b' });
  expect([...taken.keys()]).toEqual(['b']);
  expect(passedOver).toEqual(['x.num']);
});

it('a file that two inputs take is refused by name, until one of them is named', async () => {
  const inputs = { a: numberFiles(), b: numberFiles() };
  await expect(take(inputs, ['x.num'])).rejects.toMatchObject({
    code: 'USAGE',
    message: '"x.num": the inputs a and b both take it; name one of them (--input a).',
  });
  expect((await take(inputs, ['x.num'], { named: 'b' })).taken.get('b')).toHaveLength(1);
});

it('of inputs that share their weights the one they are named after is asked', async () => {
  const inputs = { a: numberFiles({ share: 'b' }), b: numberFiles() };
  expect([...(await take(inputs, ['x.num'])).taken.keys()]).toEqual(['b']);
});

it('inputs that take no files, and unknown ones, are refused with those that do', async () => {
  await expect(take(one, ['x.num'], { named: 'plain' })).rejects.toThrow(
    'Input "plain" (test-series) takes no files; name one of a, b.',
  );
  await expect(take(one, ['x.num'], { named: 'c' })).rejects.toThrow('There is no input "c"; name one of a, b.');
  await expect(take({ plain: series() }, ['x.num'])).rejects.toThrow(/No input of this run takes files \(plain\)/);
});

it('stops at the signal', async () => {
  await expect(take(one, ['x.num'], { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'STOPPED' });
});
