import { speakerConfig } from './speaker-config.js';

export default speakerConfig('jackson');
