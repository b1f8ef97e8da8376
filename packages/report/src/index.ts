export * from './evaluation-table.js';
export * from './format-number.js';
export { type InspectedSampleData, inspectionSchema } from './inspection-schema.js';
export * from './render-plugin-page.js';
export * from './render-report.js';
export * from './render-table.js';
