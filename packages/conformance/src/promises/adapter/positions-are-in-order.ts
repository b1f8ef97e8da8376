import type { Adapter } from '@modalkit/contract';
import type { AdapterBench } from '../../adapter-bench.js';
import { broken, type Promised } from '../../promised.js';
import { rowsOfArray } from '../../seen.js';

export const positionsAreInOrder: Promised<Adapter, AdapterBench> = {
  id: 'positions-are-in-order',
  title: 'times do not go back, spans and boxes begin before they end, boxes lie in 0..1, ranks rise',
  leftOut: ({ supports }) => (supports.positions.length > 0 ? undefined : 'its tokens carry no positions'),
  check({ adapter, prepared, collate }) {
    const arrays = collate(prepared);
    const valid = rowsOfArray(arrays.valid);
    for (const name of adapter.supports.positions) {
      rowsOfArray(arrays[name]!).forEach((row, sample) => {
        const width = row.length / valid[sample]!.length;
        const places = valid[sample]!.flatMap((real, token) =>
          real ? [row.slice(token * width, (token + 1) * width)] : [],
        );
        const wrong = places.findIndex((place, at) => !IN_ORDER[name](place, places[at - 1]));
        if (wrong !== -1)
          broken(
            `Of sample ${sample}, valid token ${wrong} has ${name} [${places[wrong]}] after [${places[wrong - 1] ?? 'none'}]: ${RULES[name]}.`,
          );
      });
    }
  },
};

type Place = readonly number[];

const IN_ORDER: Readonly<Record<'time' | 'box' | 'order', (place: Place, before: Place | undefined) => boolean>> = {
  time: ([start, end], before) => start! <= end! && (!before || start! >= before[0]!),
  box: ([left, top, right, bottom]) =>
    left! >= -1e-6 && top! >= -1e-6 && left! < right! && top! < bottom! && right! <= 1 + 1e-6 && bottom! <= 1 + 1e-6,
  order: ([rank], before) => !before || rank! > before[0]!,
};

const RULES = {
  time: 'times are [start, end] in seconds and never go back',
  box: 'boxes are [left, top, right, bottom] in 0..1',
  order: 'ranks rise from token to token',
};
