import type { HostArrays } from '@modalkit/contract';
import type { PreparedSound } from './prepared-sound.js';
import type { TokenGrid } from './token-grid.js';

/** How many chunks there are, and what each holds, for a bucket of tokens. */
export interface ChunkPlan {
  readonly chunks: number;
  /** Steps that a chunk answers for. */
  readonly steps: number;
  /** Steps that it hears on either side. */
  readonly context: number;
  /** All that it hears. */
  readonly heard: number;
}

export function chunkPlan(grid: TokenGrid, tokens: number): ChunkPlan {
  const all = Math.ceil(tokens / grid.rows);
  const { steps, context } = grid.chunk ?? { steps: all, context: 0 };
  return { chunks: Math.ceil(all / steps), steps, context, heard: steps + 2 * context };
}

/**
 * `mel [B, chunks, heard * stride, mels]`, `heard [B, chunks, heard]`: chunks with what they hear of their neighbours;
 * `valid [B,T]` and `time [B,T,2]` of the tokens. The row of an absent sound is zeros. Sounds that were stretched beyond
 * the bucket are cut.
 */
export function collateSounds(
  prepared: readonly (PreparedSound | undefined)[],
  tokens: number,
  grid: TokenGrid,
): HostArrays {
  const { mels, stride, rows, seconds } = grid;
  const plan = chunkPlan(grid, tokens);
  const batch = prepared.length;
  const step = stride * mels;
  const mel = new Float32Array(batch * plan.chunks * plan.heard * step);
  const heard = new Uint8Array(batch * plan.chunks * plan.heard);
  const valid = new Uint8Array(batch * tokens);
  const time = new Float32Array(batch * tokens * 2);
  prepared.forEach((sound, row) => {
    if (!sound) return;
    const steps = Math.min(sound.steps, Math.floor(tokens / rows));
    const end = steps < sound.steps ? steps : sound.steps + sound.after;
    for (let chunk = 0; chunk < plan.chunks; chunk++) {
      const first = chunk * plan.steps - plan.context;
      const from = Math.max(first, -sound.before);
      const to = Math.min(first + plan.heard, end);
      if (to <= from || chunk * plan.steps >= steps) continue;
      const place = (row * plan.chunks + chunk) * plan.heard + from - first;
      mel.set(sound.mel.subarray((sound.before + from) * step, (sound.before + to) * step), place * step);
      heard.fill(1, place, place + to - from);
    }
    valid.fill(1, row * tokens, row * tokens + steps * rows);
    for (let token = 0; token < steps * rows; token++) {
      const at = sound.start + Math.floor(token / rows) * seconds;
      time.set([at, at + seconds], (row * tokens + token) * 2);
    }
  });
  return {
    mel: { dtype: 'float32', shape: [batch, plan.chunks, plan.heard * stride, mels], data: mel },
    heard: { dtype: 'bool', shape: [batch, plan.chunks, plan.heard], data: heard },
    valid: { dtype: 'bool', shape: [batch, tokens], data: valid },
    time: { dtype: 'float32', shape: [batch, tokens, 2], data: time },
  };
}
