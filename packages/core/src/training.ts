// @modalkit/core/training: the parts of a training run, for those who drive the step themselves.
export { type Loader, type LoaderOptions, openLoader } from './data/loader.js';
export { readTrainable } from './train/train-state.js';
export { createTrainable, type Trainable } from './train/trainable.js';
export { type StepInputs, trainingProgram } from './train/training-program.js';
export { type Measurements, trainingStep } from './train/training-step.js';
