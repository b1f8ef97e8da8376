import type { HostArray, Json } from '@modalkit/contract';

/** What a checkpoint holds, by file stem (lower-case words joined by `-`). */
export interface CheckpointContent {
  /** `weights`, `optimiser`, `average`, …: each becomes a safetensors file. */
  readonly tensors: Readonly<Record<string, ReadonlyMap<string, HostArray>>>;
  /** `state`, `config`, `adapters`, …: each becomes a JSON file. NaN and its like go through `packState` first. */
  readonly documents: Readonly<Record<string, Json>>;
}

/** A checkpoint on the disk; nothing is said about its soundness. */
export interface CheckpointEntry {
  readonly step: number;
  readonly folder: string;
}

/** A checkpoint whose every byte was checked. */
export interface LoadedCheckpoint extends CheckpointContent, CheckpointEntry {
  /** ISO 8601. */
  readonly created: string;
  /** Newer checkpoints that were passed over because they are damaged. */
  readonly skipped: readonly { readonly folder: string; readonly reason: string }[];
}
