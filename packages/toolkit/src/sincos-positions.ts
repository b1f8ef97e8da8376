import { ModalkitError } from '@modalkit/contract';

/**
 * Fixed sinusoidal positions, `[length, width]` row-major: value[p, 2i] = sin(p / 10000^(2i/width)) and
 * value[p, 2i+1] = cos of the same. Vaswani et al. 2017, section 3.5.
 */
export function sincosPositions(length: number, width: number): Float32Array {
  const values = new Float32Array(length * width);
  for (let position = 0; position < length; position++) {
    for (let column = 0; column < width; column++) {
      const angle = position / 10000 ** ((column - (column % 2)) / width);
      values[position * width + column] = column % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
    }
  }
  return values;
}

/**
 * Fixed two-dimensional positions of a grid, `[rows * columns, width]`, row by row: [sin x, cos x, sin y, cos y], each a
 * quarter of the width, omega_i = 10000^(-i / (width/4 - 1)). The convention of big_vision's `posemb_sincos_2d`
 * (Beyer et al. 2022, "Better plain ViT baselines").
 * @throws ModalkitError OPTIONS when the width is not a multiple of 4
 */
export function sincosPositions2d(rows: number, columns: number, width: number): Float32Array {
  if (width % 4 !== 0)
    throw new ModalkitError(
      'OPTIONS',
      `Two-dimensional sin-cos positions have no width ${width}; take a multiple of 4.`,
    );
  const quarter = width / 4;
  const values = new Float32Array(rows * columns * width);
  for (let cell = 0; cell < rows * columns; cell++) {
    const [y, x] = [Math.floor(cell / columns), cell % columns];
    for (let i = 0; i < quarter; i++) {
      const omega = 10000 ** (-i / Math.max(1, quarter - 1));
      values.set([Math.sin(x * omega)], cell * width + i);
      values.set([Math.cos(x * omega)], cell * width + quarter + i);
      values.set([Math.sin(y * omega)], cell * width + 2 * quarter + i);
      values.set([Math.cos(y * omega)], cell * width + 3 * quarter + i);
    }
  }
  return values;
}
