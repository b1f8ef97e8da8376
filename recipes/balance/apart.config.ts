import { apart, project } from './project.js';

export default project({ title: 'Each input by itself', ...apart });
