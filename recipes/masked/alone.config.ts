import { project } from './project.js';

export default project({ title: 'Masked pre-training, each input by itself', words: 'input' });
