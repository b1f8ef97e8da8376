/** Which rooms a room's sources and package.json may name: DESIGN's arrows. Recipes and test see all and are not listed. */
export const ARROWS: Readonly<Record<string, readonly string[]>> = {
  contract: [],
  toolkit: ['contract'],
  core: ['contract', 'toolkit'],
  // random numbers are Philox's: docs/decisions/backend-uses-toolkit.md
  backend: ['contract', 'toolkit', 'backend-linux-x64'],
  'backend-linux-x64': [],
  media: ['contract'],
  report: ['contract'],
  conformance: ['contract', 'toolkit', 'backend/js'],
  cli: ['contract', 'toolkit', 'core', 'backend', 'media', 'report', 'conformance', 'create-modalkit'],
  'create-modalkit': [],
  'plugins/text': ['contract', 'toolkit'],
  'plugins/image': ['contract', 'toolkit'],
  'plugins/audio': ['contract', 'toolkit', 'media'],
  'plugins/video': ['contract', 'toolkit', 'media'],
  'plugins/sensor': ['contract', 'toolkit'],
};

/** Rooms that name a concrete tensor backend and import tfjs at run time. */
export const TENSOR_ROOMS = ['backend', 'backend-linux-x64'];

/** Rooms that may start processes. */
export const PROCESS_ROOMS = ['backend', 'backend-linux-x64', 'media', 'report', 'cli'];

/** Words that packages/core may not use; the folders of plugins/ are added to them. */
export const MODALITIES = ['text', 'image', 'audio', 'video', 'sensor'];
