import { joint, project } from './project.js';

export default project({ title: 'Inputs left out at random', ...joint, train: { inputDropout: 0.5 } });
