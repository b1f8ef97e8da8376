import { CONTRACT, type Json, LIVE_SOURCE, type LiveSource, type PluginDefinition } from '@modalkit/contract';
import type { DeviceSpec } from '@modalkit/media';
import { version } from '../../package.json';
import type { LiveSound } from './live-sound.js';
import { openSound } from './open-sound.js';
import { recordWav } from './record-wav.js';
import { replayWav } from './replay-wav.js';
import type { SoundSourceOptions } from './sound-source-options.js';

/** A plugin that provides the live source of a device. */
export function soundPlugin(spec: DeviceSpec, options: SoundSourceOptions): PluginDefinition {
  return {
    id: '@modalkit/audio',
    contract: CONTRACT,
    version,
    setup: (scope) => scope.provide(LIVE_SOURCE, () => soundSource(spec, options)),
  };
}

/** The live source behind `microphone()` and the others. */
export function soundSource(spec: DeviceSpec, options: SoundSourceOptions): LiveSource<LiveSound> {
  return {
    id: '@modalkit/audio',
    options: options as unknown as Json,
    address: spec.address,
    open: (context) => openSound(spec, options, context),
    extension: 'wav',
    record: (file, origin) => recordWav(file, origin, options.rate),
    replay: (file, speed, context) => replayWav(file, speed, context, options),
  };
}
