import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { plan, svgOf } from '../../recipes/grounding/make-data.mjs';
import { SIDE, sceneOf, towards } from '../../recipes/grounding/scenes.mjs';

const planned = plan({ train: 600, test: 300 });
const of = (split: string, order: string) =>
  planned.filter(({ row }) => row.split === split && row.order === order).map(({ row }) => row.phrase);
/** How a phrase is built, without its colours, shapes and directions. */
const formOf = (phrase: string) =>
  phrase
    .replace(/红色的|绿色的|蓝色的|黄色的|\b(red|green|blue|yellow) /g, '')
    .replace(/方块|圆形|三角形|十字|\b(square|circle|triangle|cross)\b/g, 'X')
    .replace(/左边|右边|上面|下面|to the (left|right)|(left|right) of|above|below|upwards|downwards/g, 'R');
/** English words, Chinese characters. */
const wordsOf = (phrases: string[]) => new Set(phrases.flatMap((phrase) => phrase.match(/[a-z]+|\p{Script=Han}/gu)!));

describe('phrases of scenes', () => {
  test('most need a relation, half are Chinese, and half of the held-out relations are told in another order', () => {
    const share = (some: typeof planned) => some.length / planned.length;
    expect(share(planned.filter(({ row }) => row.needs === 'relation'))).toBeGreaterThan(0.6);
    expect(share(planned.filter(({ row }) => row.language === 'zh'))).toBeCloseTo(0.5, 2);
    expect(of('train', 'unseen')).toEqual([]);
    expect(of('test', 'unseen').length).toBeGreaterThan(70);
  });

  test('no order of words that is called unseen is in training, and each of its words is', () => {
    const known = new Set(of('train', 'seen').map(formOf));
    const unseen = new Set(of('test', 'unseen').map(formOf));
    expect([...unseen].sort()).toEqual(['the X, from the X R', 'X，从X往R', '从X往R，X'].sort());
    for (const form of unseen) expect(known).not.toContain(form);
    // The control: the orders of the other held-out phrases are all known.
    for (const form of of('test', 'seen').map(formOf)) expect(known).toContain(form);
    const words = wordsOf(of('train', 'seen'));
    for (const word of wordsOf(of('test', 'unseen'))) expect(words).toContain(word);
  });

  test('exactly one thing of the scene is meant, and no other of its kind stands so', () => {
    for (let at = 0; at < 200; at++) {
      const { things, meaning } = sceneOf(`check/${at}`, true);
      const { thing, target, relation, anchor } = meaning;
      const are = (kind: typeof target) =>
        things.filter((one) => one.shape === kind.shape && (kind.colour ?? one.colour) === one.colour);
      const [place, ...more] = are(anchor!);
      expect(more).toEqual([]);
      expect(are(target).length).toBeGreaterThan(1);
      expect(are(target).filter((one) => towards(one, relation!, place!) > 0)).toEqual([thing]);
    }
  });

  test('the box holds the thing that is drawn', async () => {
    const { row, things } = planned[0]!;
    const pixels = await sharp(Buffer.from(svgOf(things)))
      .removeAlpha()
      .raw()
      .toBuffer();
    const [left, top, right, bottom] = row.place.map((edge: number) => edge * SIDE) as [number, number, number, number];
    const inside = (x: number, y: number) => x >= left && x < right && y >= top && y < bottom;
    const alone = await sharp(Buffer.from(svgOf(things.filter(({ x, y }: { x: number; y: number }) => !inside(x, y)))))
      .removeAlpha()
      .raw()
      .toBuffer();
    const changed = [...Array(SIDE * SIDE).keys()].filter((at) => pixels[3 * at] !== alone[3 * at]);
    expect(changed.length).toBeGreaterThan(20);
    for (const at of changed) expect(inside((at % SIDE) + 0.5, Math.floor(at / SIDE) + 0.5)).toBe(true);
  });
});
