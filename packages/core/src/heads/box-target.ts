import type { TargetSpec } from '@modalkit/contract';
import { z } from 'zod';

/** Left, top, right, bottom in 0..1 of the picture. */
export type Box = readonly [left: number, top: number, right: number, bottom: number];

const FORM = 'expected a box [left, top, right, bottom], four numbers in 0..1 of the picture';
const inside = (box: readonly number[]) => box.every((edge) => edge >= 0 && edge <= 1);
const ordered = ([left, top, right, bottom]: readonly number[]) => left! < right! && top! < bottom!;

/** A target that is a box in the picture; collated to float32 `[B,4]`. */
export function boxTarget(): TargetSpec<Box> {
  return {
    schema: z
      .tuple([z.number(), z.number(), z.number(), z.number()], FORM)
      .refine(inside, { error: `the box reaches outside the picture; ${FORM}`, abort: true })
      .refine(ordered, `the box is empty: left must be less than right, top less than bottom; ${FORM}`),
    collate: (values) => {
      const data = new Float32Array(values.length * 4);
      values.forEach((box = [0, 0, 0, 0], row) => {
        data.set(box, row * 4);
      });
      return { dtype: 'float32', shape: [values.length, 4], data };
    },
  };
}
