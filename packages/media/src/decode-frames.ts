import { fileInput } from './file-input.js';
import { requireFfmpeg } from './find-ffmpeg.js';
import { selectFilter, sizeFilters } from './frame-filters.js';
import { type FrameRequest, parseFrames } from './frame-request.js';
import { describePart, parseLimits, parsePart, refuse } from './media-request.js';
import { passthrough } from './passthrough.js';
import { readFfmpeg } from './read-ffmpeg.js';
import { TimeQueue } from './time-queue.js';

/** One picture of a video. */
export interface Frame {
  /** `[height, width, channels]`. */
  readonly pixels: Uint8Array;
  /** When it is shown, in seconds from where the file begins, as players count. */
  readonly time: number;
}

/**
 * Frames of a file with their true presentation times, upright, in the order of their times. Memory is that of a few
 * frames, however long the file is.
 * @throws ModalkitError SAMPLE when there is no video, it is damaged or costs more than its limits
 */
export async function* decodeFrames(request: FrameRequest): AsyncGenerator<Frame, void> {
  const { name, signal, reuse } = request;
  const { select, ...size } = parseFrames(request);
  const limits = parseLimits(request.limits);
  const part = parsePart(request);
  const keyframes = select.kind === 'keyframes' ? ['-skip_frame', 'nokey'] : [];
  const input = await fileInput(request, limits, part);
  const times = new TimeQueue();
  const blockBytes = size.width * size.height * size.channels;
  const frames = readFfmpeg({
    ...{ name, signal, limits, blockBytes, reuse },
    inputs: [{ ...input, options: [...input.options, ...keyframes] }],
    output: [
      ...['-map', '0:V:0', '-vf', `${selectFilter(select)},${sizeFilters(size)}`],
      ...[...passthrough(await requireFfmpeg()), '-c:v', 'rawvideo', '-f', 'rawvideo'],
    ],
    onTime: (time) => times.push(time),
    onEnd: () => times.close(),
  });
  let count = 0;
  for await (const pixels of frames) {
    const time = await times.next();
    if (time === undefined || Number.isNaN(time) || pixels.length < blockBytes)
      throw refuse(name, 'has frames without a time; convert it to mp4');
    yield { pixels, time: part.start + time };
    count++;
  }
  if (count === 0) throw refuse(name, `holds no frame${describePart(part)}; give a video with pictures`);
}
