import { PEN_RATE } from './trace/pen-motion.mjs';

/** Side of a frame in pixels, and frames a second. */
export const FILM = { side: 64, fps: 12 };
const INK = 200;
const TIP = 255;

/**
 * A brush at work, frame by frame: what it has drawn so far in grey, its tip in white while it is down. It is as wide as the line.
 * @param {readonly import('./trace/pen-motion.mjs').PenSample[]} pen
 * @returns {Uint8Array[]} grey values `[side, side]` of each frame
 */
export function filmOf(pen) {
  const { side, fps } = FILM;
  const canvas = new Uint8Array(side * side);
  const frames = Array.from({ length: Math.ceil((pen.length / PEN_RATE) * fps) }, (_, index) => index / fps);
  let next = 0;
  return frames.map((time) => {
    for (; next < pen.length && pen[next].time <= time; next++) if (pen[next].down) stamp(canvas, pen[next], INK);
    const frame = canvas.slice();
    const now = pen[next - 1];
    if (now?.down) stamp(frame, now, TIP);
    return frame;
  });
}

/** A round dot with a soft edge; what is brighter already stays. */
function stamp(canvas, { x, y, width }, grey) {
  const { side } = FILM;
  const radius = (width * side) / 2;
  const [centreX, centreY] = [x * side - 0.5, y * side - 0.5];
  const reach = Math.ceil(radius);
  for (let row = Math.floor(centreY) - reach; row <= centreY + reach + 1; row++)
    for (let column = Math.floor(centreX) - reach; column <= centreX + reach + 1; column++) {
      if (row < 0 || column < 0 || row >= side || column >= side) continue;
      const cover = Math.max(0, Math.min(1, radius + 0.5 - Math.hypot(column - centreX, row - centreY)));
      const at = row * side + column;
      canvas[at] = Math.max(canvas[at], Math.round(grey * cover));
    }
}
