export * from './checkpoint.js';
export { onDisk } from './disk-error.js';
export { type FolderLock, lockFolder } from './lock-folder.js';
export { type Checkpoints, type CheckpointsOptions, openCheckpoints } from './open-checkpoints.js';
export { type PackedState, packState } from './pack-state.js';
export { readSafetensors, type SafetensorsContent } from './read-safetensors.js';
export { unpackState } from './unpack-state.js';
export { writeFileAtomic } from './write-file-atomic.js';
export { writeSafetensors } from './write-safetensors.js';
