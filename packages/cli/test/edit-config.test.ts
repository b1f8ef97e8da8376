import { describe, expect, it } from 'vitest';
import { addToConfig, packagesOfConfig, removeFromConfig } from '../src/compose/edit-config.js';

const CONFIG = `import { cross, defineConfig, infoNCE, list } from '@modalkit/core';
import { image } from '@modalkit/image';
// 说明
export default defineConfig({
  inputs: {
    // the picture
    front: image({ size: 32 }),
  },
  fusion: cross(),
  objectives: {},
  data: { source: jsonl({ path: 'a.jsonl' }) },
});
`;
const thermal = { package: '@you/thermal', factory: 'thermal', place: 'inputs/heat' };
const add = (more: object, text = CONFIG) => addToConfig('a.ts', text, { ...thermal, ...more });

describe('a plugin into a config', () => {
  it('is imported and called at its place; the rest stays, comments too', () => {
    const text = add({ options: { channels: 2, names: ['一'] } });
    const [added, removed] = linesApart(CONFIG, text);
    expect(removed).toEqual([]);
    expect(added[0]).toMatch(/^import \{ thermal \} from ['"]@you\/thermal['"];$/);
    expect(added.slice(1).join('').replace(/\s/g, '')).toMatch(
      /^heat:thermal\(\{channels:2,names:\[['"]一['"]\],?\}\),?$/,
    );
  });

  it('goes into a list, into a single place, into the last of several records', () => {
    expect(add({ place: 'plugins' })).toMatch(/plugins: \[thermal\(\)\]/);
    expect(add({ place: 'fusion' })).toMatch(/fusion: thermal\(\)/);
    const records = CONFIG.replace('inputs: {', 'inputs: [{ a: image() }, {').replace(
      'size: 32 }),\n  },',
      'size: 32 }),\n  }],',
    );
    expect(add({}, records).replace(/\s+/g, ' ')).toMatch(
      /\{ a: image\(\) \}, \{ \/\/ the picture front: image\(\{ size: 32 \}\), heat: thermal\(\),? \}/,
    );
  });

  it('with weights is named in `pretrained` too, as an input alone, and taken out of both', () => {
    const text = add({ weighted: true });
    expect(text.replace(/\s/g, '')).toMatch(/pretrained:\{heat:["']@you\/thermal["'],?\}/);
    expect(add({ weighted: true, place: 'plugins' })).not.toContain('pretrained');
    const removed = removeFromConfig('a.ts', text, '@you/thermal');
    expect(removed.places).toEqual(['inputs/heat']);
    expect(removed.text).not.toMatch(/heat|thermal/);
  });

  it('gets another name where its own is taken, and is not imported twice', () => {
    expect(add({ factory: 'image', place: 'inputs/rear' })).toMatch(
      /import \{ image as image2 \} from ['"]@you[\s\S]*rear: image2\(\)/,
    );
    const twice = add({ place: 'inputs/more' }, add({}));
    expect(twice.match(/import \{ thermal \}/g)).toHaveLength(1);
  });

  it('is refused where something is, where there is no such place, and in a config that is no plain object', () => {
    expect(() => add({ place: 'inputs/front' })).toThrow(/inputs\/front is there already; name another place/);
    for (const place of ['input/heat', 'inputs', '__proto__', 'constructor/x'])
      expect(() => add({ place })).toThrow(/there is no such place/);
    expect(() => add({}, 'const a = {};\nexport default make(a);')).toThrow(/can be edited; edit this one by hand/);
    expect(() => add({}, 'export default {')).toThrow(/cannot be parsed/);
  });
});

describe('a plugin out of a config', () => {
  it('leaves the text as it was before it came', () => {
    const { text, places } = removeFromConfig('a.ts', add({}), '@you/thermal');
    expect(places).toEqual(['inputs/heat']);
    expect(linesApart(CONFIG, text)).toEqual([[], []]);
  });

  it('is taken from every place, within other calls too', () => {
    const both = add({ place: 'plugins' }, add({})).replace('front: image({ size: 32 })', 'front: list(thermal(), 3)');
    const { text, places } = removeFromConfig('a.ts', both, '@you/thermal');
    expect(places).toEqual(['inputs/front', 'inputs/heat', 'plugins/0']);
    expect(text).not.toContain('thermal');
  });

  it('is refused while something else of the file uses it; a key of its name is no use', () => {
    const used = add({}).replace('export default', 'const again = thermal();\nexport default');
    expect(() => removeFromConfig('a.ts', used, '@you/thermal')).toThrow(/thermal of @you\/thermal is used outside/);
    const named = add({}).replace('objectives: {}', 'objectives: { thermal: infoNCE() }');
    expect(removeFromConfig('a.ts', named, '@you/thermal').text).toContain('thermal: infoNCE()');
  });
});

it('packages of a config are those that it imports', () => {
  expect(packagesOfConfig('a.ts', `import './x.js';\nimport 'node:fs';\n${add({})}`)).toEqual(
    expect.arrayContaining(['@modalkit/core', '@modalkit/image', '@you/thermal']),
  );
});

/** Lines of the one that the other lacks, blanks and empty lines aside. */
function linesApart(before: string, after: string): [added: string[], removed: string[]] {
  const lines = (text: string) =>
    text
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean);
  const [a, b] = [lines(before), lines(after)];
  return [b.filter((line) => !a.includes(line)), a.filter((line) => !b.includes(line))];
}
