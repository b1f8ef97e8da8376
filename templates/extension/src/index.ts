export * from './__modality__-fusion.js';
export * from './__modality__-objective.js';
