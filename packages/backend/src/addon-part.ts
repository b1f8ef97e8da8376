import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ModalkitError } from '@modalkit/contract';
import { ADDON_FOLDER } from './addon-path.js';
import { BRIDGE } from './bridge-part.js';
import { compileAddons } from './compile-addons.js';
import { hashFile } from './hash-file.js';
import type { InstallPart } from './install-part.js';
import { PLATFORM, type Wheel } from './wheels.js';

/** What `prebuilt.json` of a platform's package says of the addons beside it. */
interface Prebuilt {
  /** sha256 by name. */
  readonly files: Readonly<Record<string, string>>;
  readonly source: string;
  readonly tensorflow: string;
}

/** The addons, under `addon/`: prebuilt where there is a package for the platform, else built from source. */
export function addonPart(wheel: Wheel): InstallPart {
  return async (folder, context) => {
    await mkdir(join(folder, ADDON_FOLDER), { recursive: true });
    const copied = await copyPrebuilt(wheel, join(folder, ADDON_FOLDER));
    return { addon: copied ? 'prebuilt' : `built by ${await compileAddons(folder, wheel, context)}` };
  };
}

/** Copies the prebuilt addons, if their package is installed and made for this wheel's version. */
async function copyPrebuilt(wheel: Wheel, target: string): Promise<boolean> {
  const about = findPrebuilt();
  if (!about) return false;
  const prebuilt = JSON.parse(await readFile(about, 'utf8')) as Prebuilt;
  if (prebuilt.source !== BRIDGE || prebuilt.tensorflow !== wheel.version) return false;
  for (const [name, sha256] of Object.entries(prebuilt.files)) {
    await copyFile(join(dirname(about), name), join(target, name));
    if ((await hashFile(join(target, name))) !== sha256) throw damaged(join(dirname(about), name));
  }
  return true;
}

function findPrebuilt(): string | undefined {
  try {
    return createRequire(import.meta.url).resolve(`@modalkit/backend-${PLATFORM}/prebuilt.json`);
  } catch {
    return undefined;
  }
}

function damaged(file: string): ModalkitError {
  const message = `native backend: ${file} is not the file that was published; reinstall its package.`;
  return new ModalkitError('BACKEND', message, { reason: 'hash', file });
}
