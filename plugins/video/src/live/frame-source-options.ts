import { parseOptions } from '@modalkit/toolkit';
import { z } from 'zod';
import { frameChannels, frameRate, frameSize } from '../video-options.js';

const common = {
  /** Height and width of the frames that come out, in pixels; one number for a square. As the input's `size`. */
  size: frameSize.default([224, 224]),
  /** How a picture of another shape gets to `size`. */
  fit: z.enum(['crop', 'pad', 'stretch']).default('crop'),
  channels: frameChannels.default(3),
  /** Most frames a second that come out. */
  fps: frameRate.default(10),
};
const address = z.string().min(1);

const cameraOptions = z.strictObject({
  /** Linux: `/dev/video0`; macOS and Windows: what ffmpeg's avfoundation or dshow calls it. */
  address,
  /** Height, width and frames a second that the camera is asked for; its own choice when left out. */
  capture: z.strictObject({ size: frameSize, fps: frameRate }).optional(),
  ...common,
});
const rtspOptions = z.strictObject({
  /** `rtsp://host/path`. */
  address,
  ...common,
});
const pipeOptions = z.strictObject({
  /** Absolute path of a FIFO. */
  address,
  /** What is written into it. */
  demuxer: z.enum(['yuv4mpegpipe', 'mpegts', 'matroska']),
  ...common,
});
const testOptions = z.strictObject({
  /** A source of ffmpeg's lavfi: `testsrc2=size=64x48:rate=10`. */
  address,
  ...common,
});

export type CameraOptions = z.input<typeof cameraOptions>;
export type RtspOptions = z.input<typeof rtspOptions>;
export type FramePipeOptions = z.input<typeof pipeOptions>;
export type TestFramesOptions = z.input<typeof testOptions>;
/** What all sources of frames have. */
export type FrameSourceOptions = Pick<z.output<typeof cameraOptions>, keyof typeof common | 'address'>;

const parser =
  <T>(schema: z.ZodType<T>) =>
  (options: unknown): T =>
    parseOptions<T>(schema, options, '@modalkit/video');

/** Each throws ModalkitError OPTIONS that names each wrong option and what came. */
export const parseCamera = parser(cameraOptions);
export const parseRtsp = parser(rtspOptions);
export const parseFramePipe = parser(pipeOptions);
export const parseTestFrames = parser(testOptions);
