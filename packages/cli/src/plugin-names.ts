/** Plugins of our own by the word one writes for them. */
export const PLUGINS: Readonly<Record<string, string>> = {
  text: '@modalkit/text',
  image: '@modalkit/image',
  audio: '@modalkit/audio',
  video: '@modalkit/video',
  sensor: '@modalkit/sensor',
};
