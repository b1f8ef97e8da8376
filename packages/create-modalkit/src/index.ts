export * from './create-command.js';
export * from './create-plugin.js';
export * from './new-folder.js';
export * from './package-name.js';
export * from './plugin-templates.js';
export * from './usage-error.js';
export * from './write-template.js';
