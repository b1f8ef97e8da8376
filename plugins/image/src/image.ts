import { ADAPTER, CONTRACT, definePlugin } from '@modalkit/contract';
import { version } from '../package.json';
import { imageAdapter } from './image-adapter.js';
import { type ImageOptions, parseImageOptions } from './image-options.js';

/**
 * Images as an input: a file (PNG, JPEG, WebP, GIF, TIFF, AVIF) becomes tokens by ViT patches or by a residual CNN.
 * @throws ModalkitError OPTIONS that names each wrong option
 */
export const image = definePlugin((options: ImageOptions = {}) => {
  const parsed = parseImageOptions(options);
  return {
    id: '@modalkit/image',
    contract: CONTRACT,
    version,
    setup: (scope) => scope.provide(ADAPTER, () => imageAdapter(parsed)),
  };
});
