import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { InstallPart } from './install-part.js';
import { unzipFiles } from './unzip-files.js';
import { downloadWheel } from './wheel-part.js';
import type { Wheel } from './wheels.js';

const REQUIREMENT = /^Requires-Dist: (nvidia-[\w.-]+) ?\(?([^;)]*)\)?; ?extra == ["']and-cuda["']$/gm;

/** The CUDA libraries that the GPU wheel asks for, beside TensorFlow's where its run path looks. Not tried on a GPU. */
export function cudaPart(tensorflow: string, wheel: Wheel): InstallPart {
  return async (folder, context) => {
    const downloads = join(folder, 'download', 'cuda');
    await mkdir(downloads, { recursive: true });
    await unzipFiles(tensorflow, downloads, (name) => (name.endsWith('.dist-info/METADATA') ? 'METADATA' : undefined));
    const metadata = await readFile(join(downloads, 'METADATA'), 'utf8');
    for (const [, name, versions] of metadata.matchAll(REQUIREMENT)) {
      const path = await downloadWheel(`${name}${versions}`, wheel.tags, downloads, 0, context);
      const options = { signal: context.signal };
      await unzipFiles(path, folder, (file) => (/^nvidia\/.*\.so/.test(file) ? `deps/${file}` : undefined), options);
      await rm(path);
    }
    return {};
  };
}
