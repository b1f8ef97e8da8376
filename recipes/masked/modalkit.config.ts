import { project } from './project.js';

export default project({ title: 'Masked pre-training, words from all inputs', words: 'fused' });
