export { type Config, defineConfig, type Inputs, type ListInput, list } from './config.js';
export { beganIn, type HookMark, nameHook } from './hook-marks.js';
export { loadConfig, loadProject } from './load-project.js';
export { markHooks, type WrittenMark } from './mark-file.js';
export { createRuntime, type Runtime, type RuntimePlace } from './runtime.js';
export { suggestName } from './suggest-name.js';
