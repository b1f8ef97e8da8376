export {
  type Config,
  defineConfig,
  type HeadName,
  type InputName,
  type Inputs,
  type ListInput,
  list,
  type NamedConfig,
} from './config.js';
export { beganIn, type HookMark, nameHook } from './hook-marks.js';
export { loadConfig, loadProject } from './load-project.js';
export { markHooks, type WrittenMark } from './mark-file.js';
export { createRuntime, type Runtime, type RuntimePlace } from './runtime.js';
export { suggestName } from './suggest-name.js';
