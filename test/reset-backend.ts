// Files of tests share a process: each begins on tfjs's own backend, whatever the one before has chosen.
import type { Engine } from '@tensorflow/tfjs-core/dist/engine.js';

const { _tfengine: engine } = globalThis as { _tfengine?: Engine };
if (engine?.findBackendFactory('cpu')) await engine.setBackend('cpu');
