import { CONTRACT, type Json, LIVE_SOURCE, type LiveSource, type PluginDefinition } from '@modalkit/contract';
import type { DeviceSpec } from '@modalkit/media';
import { version } from '../../package.json';
import type { FrameSourceOptions } from './frame-source-options.js';
import type { LiveFrame } from './live-frame.js';
import { openFrames } from './open-frames.js';
import { recordFrames } from './record-frames.js';
import { replayFrames } from './replay-frames.js';

/** A plugin that provides the live source of a device. */
export function framePlugin(spec: DeviceSpec, options: FrameSourceOptions): PluginDefinition {
  return {
    id: '@modalkit/video',
    contract: CONTRACT,
    version,
    setup: (scope) => scope.provide(LIVE_SOURCE, () => frameSource(spec, options)),
  };
}

/** The live source behind `camera()`, `rtsp()` and the others. */
export function frameSource(spec: DeviceSpec, options: FrameSourceOptions): LiveSource<LiveFrame> {
  return {
    id: '@modalkit/video',
    options: options as unknown as Json,
    // no password of an RTSP address goes into a recording
    address: spec.address.replace(/^(rtsp:\/\/)[^/]*@/, '$1'),
    open: (context) => openFrames(spec, options, context),
    extension: 'mkv',
    record: recordFrames,
    replay: (file, speed, context) => replayFrames(file, speed, context, options.fps),
  };
}
