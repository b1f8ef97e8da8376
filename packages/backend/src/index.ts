export * from './backend-info.js';
export * from './cache-folder.js';
export * from './describe-backend.js';
export * from './install-native.js';
export type { InstallProgress } from './install-part.js';
export type { NativeKernels, OpAttribute } from './native-kernels.js';
export * from './record-kernels.js';
export * from './select-backend.js';
export { WHEELS, type Wheel } from './wheels.js';
