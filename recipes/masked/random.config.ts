import { project } from './project.js';

/** The first values of all weights: one step that moves them by less than float32 can tell. */
export default project({ title: 'Random encoders', train: { steps: 1, learningRate: 1e-9 } });
