import { speakerConfig } from './speaker-config.ts';

export default speakerConfig('yweweler');
