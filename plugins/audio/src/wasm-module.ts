import { type Code, unsigned } from './wasm-code.js';

const I32 = 0x7f;
const V128 = 0x7b;

/** A module's one function: an i32 argument (local 0), then its i32 locals, then its v128 locals. */
export interface WasmFunction {
  readonly integers: number;
  readonly vectors: number;
  readonly body: Code;
}

const vector = (items: readonly (readonly number[])[]) => [...unsigned(items.length), ...items.flat()];
const name = (text: string) => vector([...new TextEncoder().encode(text)].map((byte) => [byte]));
const section = (id: number, body: readonly number[]) => [id, ...unsigned(body.length), ...body];

/** The bytes of a module that exports `run(i32)` and the memory, `memory`, of so many pages of 64 KiB. */
export function wasmModule(pages: number, { integers, vectors, body }: WasmFunction): Uint8Array<ArrayBuffer> {
  const locals = vector([
    [...unsigned(integers), I32],
    [...unsigned(vectors), V128],
  ]);
  const code = [...locals, ...body, 0x0b];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, vector([[0x60, ...vector([[I32]]), ...vector([])]])),
    ...section(3, vector([[0]])),
    ...section(5, vector([[0x00, ...unsigned(pages)]])),
    ...section(
      7,
      vector([
        [...name('run'), 0x00, 0],
        [...name('memory'), 0x02, 0],
      ]),
    ),
    ...section(10, vector([[...unsigned(code.length), ...code]])),
  ]);
}
