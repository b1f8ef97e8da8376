import type { FrameSelection, FrameSize } from './frame-request.js';

/** Chooses frames and prints the time of each chosen one, in seconds from the start of what is read. */
export function selectFilter(selection: FrameSelection): string {
  return `select='if(${condition(selection)},1+0*print(t,16),0)'`;
}

function condition(selection: FrameSelection): string {
  switch (selection.kind) {
    case 'all':
      return '1';
    case 'keyframes':
      return 'key';
    case 'scene':
      // the first frame begins the first scene
      return `eq(n,0)+gt(scene,${selection.threshold})`;
    case 'fps': {
      // the first frame of each 1/fps, with its own time; the margin is for times that are rounded in the file
      const tick = (time: string) => `floor(${time}*${selection.fps}+1e-3)`;
      return `isnan(prev_selected_t)+gt(${tick('t')},${tick('prev_selected_t')})`;
    }
  }
}

/** Frames of any size and pixel shape as 8-bit pixels of the asked size: bicubic, black around those that are padded. */
export function sizeFilters({ width, height, fit, channels }: FrameSize): string {
  const [w, h] = [`(iw*sar)`, `ih`];
  const scaled = (scale: string) => `scale=w='max(1,round(${w}*${scale}))':h='max(1,round(${h}*${scale}))'`;
  const format = `format=${channels === 1 ? 'gray' : 'rgb24'}`;
  switch (fit) {
    case 'stretch':
      return `scale=${width}:${height}:flags=bicubic,${format}`;
    case 'crop':
      return `${scaled(`max(${width}/${w},${height}/${h})`)}:flags=bicubic,${format},crop=${width}:${height}`;
    case 'pad':
      return `${scaled(`min(1,min(${width}/${w},${height}/${h}))`)}:flags=bicubic,${format},pad=${width}:${height}:(ow-iw)/2:(oh-ih)/2`;
  }
}
