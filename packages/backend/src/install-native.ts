import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ModalkitError } from '@modalkit/contract';
import { addonPart } from './addon-part.js';
import { BRIDGE_SHA256, bridgePart } from './bridge-part.js';
import { cacheFolder } from './cache-folder.js';
import { checkPart } from './check-part.js';
import { installFolder } from './install-folder.js';
import type { PartContext } from './install-part.js';
import { type Ready, readReady } from './seal-folder.js';
import { wheelPart } from './wheel-part.js';
import { PLATFORM, type Wheel, wheelsFor } from './wheels.js';

export interface InstallOptions extends PartContext {
  /** Default: `cacheFolder()`. */
  readonly cache?: string;
}

/** Native TensorFlow in the cache. */
export interface NativeInstall {
  readonly folder: string;
  readonly wheel: Wheel;
  /** `tensorflow`, `wheel`, `bridge`, `addon`: what was installed. */
  readonly parts: Ready['parts'];
  readonly bytes: number;
  /** It was there already. */
  readonly reused: boolean;
}

/** Changes when what an installation holds, or where, changes. */
const LAYOUT = 2;

/**
 * Puts native TensorFlow into the per-user cache: the libraries of its wheel, fetched by pip, and the addon that Node loads.
 * Whole or not at all; the second time it takes milliseconds.
 * @throws ModalkitError BACKEND, one sentence: no pip, no network, wrong hash, full disk, no compiler, no wheel
 */
export async function installNative(options: InstallOptions = {}): Promise<NativeInstall> {
  const wheel = wheelsFor(PLATFORM, hasGpu())[0];
  if (!wheel) {
    throw new ModalkitError(
      'BACKEND',
      `native backend: there is no TensorFlow wheel for ${PLATFORM}; Modalkit runs on wasm there.`,
      { reason: 'no-wheel' },
    );
  }
  const parts = [bridgePart, wheelPart(wheel), addonPart(wheel), checkPart];
  const target = nativeFolder(wheel, options.cache);
  const { folder, ready, reused } = await installFolder(target, parts, wheel.bytes + wheel.unpackedBytes, options);
  return describe(folder, wheel, ready, reused);
}

/** The installation that this machine would use, or undefined when there is none. */
export async function findNative(cache?: string): Promise<NativeInstall | undefined> {
  for (const wheel of wheelsFor(PLATFORM, hasGpu())) {
    const folder = nativeFolder(wheel, cache);
    const ready = await readReady(folder);
    if (ready) return describe(folder, wheel, ready, true);
  }
  return undefined;
}

function describe(folder: string, wheel: Wheel, ready: Ready, reused: boolean): NativeInstall {
  const bytes = Object.values(ready.files).reduce((sum, file) => sum + file.bytes, 0);
  return { folder, wheel, parts: ready.parts, bytes, reused };
}

function nativeFolder(wheel: Wheel, cache = cacheFolder()): string {
  const pins = createHash('sha256')
    .update(JSON.stringify([LAYOUT, wheel.sha256, BRIDGE_SHA256]))
    .digest('hex');
  return join(cache, 'native', `${wheel.project}-${wheel.version}-${wheel.platform}-${pins.slice(0, 12)}`);
}

/** An NVIDIA driver is loaded (Linux) or passed through (WSL). */
function hasGpu(): boolean {
  return existsSync('/proc/driver/nvidia/version') || existsSync('/usr/lib/wsl/lib/nvidia-smi');
}
