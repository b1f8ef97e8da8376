/** Each block of sound or frame that came from the device is in one of `used` and `dropped`. */
export interface DeviceCounters {
  /** Handed to the consumer. */
  used: number;
  /** Thrown away because the consumer was too slow. */
  dropped: number;
  /** Packets and buffers that were lost on the way to ffmpeg, as far as it noticed. */
  lost: number;
  /** Came, but could not be decoded. */
  bad: number;
  /** Times that it came back after it was lost. */
  reconnects: number;
  /** Holes in time, each told to the consumer. */
  gaps: number;
}

/** Counts what ffmpeg says it has lost or could not decode. */
export function countTrouble(line: string, counters: DeviceCounters): void {
  const missed = /RTP: missed (\d+) packets/.exec(line);
  if (missed) counters.lost += Number(missed[1]);
  else if (/ALSA buffer xrun/.test(line)) counters.lost++;
  else if (/Error while decoding stream|Error submitting packet to decoder|contains corrupted data/.test(line))
    counters.bad++;
}
