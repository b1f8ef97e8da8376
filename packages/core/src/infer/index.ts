export type { ClassAnswer } from './asker.js';
export { type ExportedRun, type ExportRunOptions, exportRun } from './export-run.js';
export { headsAsked } from './heads-asked.js';
export { inspectFresh } from './inspect-fresh.js';
export { checkModelFolder } from './model-folder.js';
export { type OpenRunOptions, openRun } from './open-run.js';
export type { AskOptions, EmbeddedFolder, EmbedFolderOptions, InspectOptions, OpenRun, Raw } from './run-answers.js';
