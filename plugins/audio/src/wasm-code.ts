/** Bytes of WebAssembly instructions. An expression leaves one value on the stack. */
export type Code = readonly number[];

/** LEB128 of an unsigned integer. */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) + 128);
  }
}

/** LEB128 of a signed 32-bit integer. */
function signed(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value | 0; ; rest >>= 7) {
    const low = rest & 127;
    if (rest >> 6 === 0 || rest >> 6 === -1) return [...bytes, low];
    bytes.push(low | 128);
  }
}

const simd = (opcode: number) => [0xfd, ...unsigned(opcode)];
const binary = (opcode: readonly number[]) => (left: Code, right: Code) => [...left, ...right, ...opcode];
/** Alignment (log2 of bytes) and offset of a memory access. */
const at = (alignment: number, offset: number) => [alignment, ...unsigned(offset)];

export const get = (local: number): Code => [0x20, ...unsigned(local)];
export const set = (local: number, value: Code): Code => [...value, 0x21, ...unsigned(local)];

export const i32 = {
  constant: (value: number): Code => [0x41, ...signed(value)],
  load: (address: Code, offset = 0): Code => [...address, 0x28, ...at(2, offset)],
  add: binary([0x6a]),
  subtract: binary([0x6b]),
  multiply: binary([0x6c]),
};

/** Four 32-bit floats side by side. */
export const f32x4 = {
  constant: (value: number): Code => {
    const bytes = new Uint8Array(new Float32Array(4).fill(value).buffer);
    return [...simd(0x0c), ...bytes];
  },
  load: (address: Code, offset = 0): Code => [...address, ...simd(0x00), ...at(4, offset)],
  /** One float in all lanes. */
  loadSplat: (address: Code, offset = 0): Code => [...address, ...simd(0x09), ...at(2, offset)],
  loadLane: (address: Code, offset: number, vector: Code, lane: number): Code => [
    ...address,
    ...vector,
    ...simd(0x56),
    ...at(2, offset),
    lane,
  ],
  store: (address: Code, offset: number, value: Code): Code => [...address, ...value, ...simd(0x0b), ...at(4, offset)],
  storeLane: (address: Code, offset: number, value: Code, lane: number): Code => [
    ...address,
    ...value,
    ...simd(0x5a),
    ...at(2, offset),
    lane,
  ],
  add: binary(simd(0xe4)),
  subtract: binary(simd(0xe5)),
  multiply: binary(simd(0xe6)),
  divide: binary(simd(0xe7)),
  max: binary(simd(0xe9)),
  fromInteger: (value: Code): Code => [...value, ...simd(0xfa)],
};

/** Four 32-bit integers side by side: the bits of floats. */
export const i32x4 = {
  constant: (value: number): Code => [...simd(0x0c), ...new Uint8Array(new Int32Array(4).fill(value).buffer)],
  add: binary(simd(0xae)),
  subtract: binary(simd(0xb1)),
  shiftLeft: (value: Code, bits: number): Code => [...value, ...i32.constant(bits), ...simd(0xab)],
  shiftRight: (value: Code, bits: number): Code => [...value, ...i32.constant(bits), ...simd(0xac)],
};

/** Runs the body `local` times (at least once), counting the local down to 0. */
export function countDown(local: number, body: Code): Code {
  const next = [...get(local), ...i32.constant(1), 0x6b, 0x22, ...unsigned(local)];
  return [0x03, 0x40, ...body, ...next, 0x0d, 0, 0x0b];
}

/** Adds a constant to an i32 local. */
export function advance(local: number, by: number): Code {
  return by === 0 ? [] : set(local, i32.add(get(local), i32.constant(by)));
}
