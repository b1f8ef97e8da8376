export * from './evaluation-table.js';
export * from './render-report.js';
