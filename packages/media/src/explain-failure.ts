import { ModalkitError } from '@modalkit/contract';
import type { FfmpegEnd } from './ffmpeg-process.js';
import { type MediaLimits, refuse } from './media-request.js';
import { plainLine } from './plain-line.js';

/** What ffmpeg said last about a file that it could not read, as one sentence. */
export function explainFailure(
  name: string,
  lines: readonly string[],
  limits: MediaLimits,
  end: FfmpegEnd,
): ModalkitError {
  if (end.failure)
    return new ModalkitError('SAMPLE', `ffmpeg could not be started (${end.failure.message}); run modalkit doctor.`);
  const said = lines.join('\n');
  for (const [sign, reason] of REASONS) {
    const match = sign.exec(said);
    if (match) return refuse(name, reason(match, limits));
  }
  if (end.code === undefined)
    return refuse(
      name,
      `needed more memory or time than ffmpeg may have (limits.memoryMib ${limits.memoryMib}, limits.wallSeconds ${limits.wallSeconds}); raise them or shrink the file`,
    );
  return refuse(name, `is truncated or damaged (${plainLine(lines[0] ?? `exit code ${end.code}`)}); replace it`);
}

const REASONS: readonly (readonly [RegExp, (match: RegExpExecArray, limits: MediaLimits) => string])[] = [
  [
    /Picture size (\d+)x(\d+) (?:exceeds|is invalid)/,
    ([, width, height], { maxPixels }) =>
      `has pictures of ${width} x ${height} pixels, more than limits.maxPixels, ${maxPixels}; raise it or make them smaller`,
  ],
  [
    /exceeds max_streams/,
    (_, { maxStreams }) => `has more streams than limits.maxStreams, ${maxStreams}; raise it or take streams out`,
  ],
  [/Stream map '0:a:0' matches no streams/, () => 'has no audio track; give a file with sound'],
  [/Stream map '0:V:0' matches no streams/, () => 'has no video track; give a file with pictures'],
  [
    /Cannot determine format of input stream|: End of file/,
    () => 'holds no frame and no sound; give a file with media in it',
  ],
  [
    /Cannot allocate memory|failed to map segment/,
    (_, { memoryMib }) => `needs more memory than limits.memoryMib, ${memoryMib}; raise it or shrink the file`,
  ],
];
