import { ModalkitError } from '@modalkit/contract';
import { type MediaInfo, probeMedia } from '@modalkit/media';
import type { ClipSource } from './clip-source.js';
import { recordedStart } from './live/recorded-start.js';

/** What is known of a file that has a picture. */
export interface PictureInfo extends MediaInfo {
  readonly video: NonNullable<MediaInfo['video']>;
  /** Second of the container's clock at which its first frame, and media's clock, begins; 0 unless it is a recording. */
  readonly offset: number;
}

/** @throws ModalkitError SAMPLE when the file has no picture, or ends before the part begins */
export async function probePicture({ file, name, start = 0 }: ClipSource, maxPixels: number): Promise<PictureInfo> {
  const info = await probeMedia({ file, name, limits: { maxPixels } });
  if (!info.video)
    throw refusal(
      name,
      `has no picture, only sound (${info.audio?.codec ?? 'unknown'}); give a file with a video stream`,
    );
  const offset = await recordedStart(file);
  if (info.duration !== undefined && start - offset >= info.duration)
    throw refusal(
      name,
      `ends at ${info.duration + offset} s, but the part starts at ${start} s; give an earlier start`,
    );
  return { ...info, video: info.video, offset };
}

/** A refusal of one video: who, what came, what to do. */
export function refusal(name: string, reason: string): ModalkitError {
  return new ModalkitError('SAMPLE', `Video ${JSON.stringify(name)} ${reason}.`, { file: name });
}
