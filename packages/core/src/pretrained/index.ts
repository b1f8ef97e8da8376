export { type AdapterWeights, openAdapterWeights, readAdapterState, readAdapterWeights } from './adapter-weights.js';
export { type Exported, type ExportOptions, exportAdapter } from './export-adapter.js';
export { locateWeights } from './locate-weights.js';
