import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ModalkitError } from '@modalkit/contract';
import { ADDON } from './addon-path.js';
import { BRIDGE } from './bridge-part.js';
import { compileAddon } from './compile-addon.js';
import { hashFile } from './hash-file.js';
import type { InstallPart } from './install-part.js';
import { PLATFORM, type Wheel } from './wheels.js';

/** What `prebuilt.json` of a platform's package says of the addon beside it. */
interface Prebuilt {
  readonly sha256: string;
  readonly source: string;
  readonly tensorflow: string;
}

/** The addon between Node and TensorFlow: prebuilt where there is a package for the platform, else built from source. */
export function addonPart(wheel: Wheel): InstallPart {
  return async (folder, context) => {
    const addon = join(folder, ADDON);
    await mkdir(join(addon, '..'), { recursive: true });
    const prebuilt = await findPrebuilt(wheel);
    if (!prebuilt) return { addon: `built by ${await compileAddon(folder, wheel, context)}` };
    await copyFile(prebuilt, addon);
    return { addon: 'prebuilt' };
  };
}

/** Path of a prebuilt addon that was made for this wheel's version, if its package is installed. */
async function findPrebuilt(wheel: Wheel): Promise<string | undefined> {
  const require = createRequire(import.meta.url);
  const name = `@modalkit/backend-${PLATFORM}`;
  let about: string;
  let addon: string;
  try {
    about = require.resolve(`${name}/prebuilt.json`);
    addon = require.resolve(`${name}/tfjs_binding.node`);
  } catch {
    return undefined;
  }
  const prebuilt = JSON.parse(await readFile(about, 'utf8')) as Prebuilt;
  if (prebuilt.source !== BRIDGE || prebuilt.tensorflow !== wheel.version) return undefined;
  if ((await hashFile(addon)) === prebuilt.sha256) return addon;
  throw new ModalkitError('BACKEND', `native backend: ${addon} is damaged; reinstall ${name}.`, { reason: 'hash' });
}
