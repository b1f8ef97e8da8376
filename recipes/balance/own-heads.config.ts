import { project, withOwnHeads } from './project.js';

export default project({ title: 'A head and a loss for each input too', ...withOwnHeads });
