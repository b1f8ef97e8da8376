/**
 * What became of every packet: those the device sent, from the first to the last that came, are in exactly one of the first
 * six. The rest is told beside it.
 */
export interface SensorCounters {
  /** Handed on, or waiting to be taken. */
  used: number;
  /** Came after their place had been passed; not used. */
  late: number;
  /** Came a second time. */
  duplicate: number;
  /** Never came. */
  lost: number;
  /** Came damaged. */
  bad: number;
  /** Left out because the consumer was too slow. */
  dropped: number;
  /** Undecodable frames that stand for no packet. */
  noise: number;
  gaps: number;
  reconnects: number;
  /** Times the device began to count anew. */
  restarts: number;
  /** Stretches of the device's clock without a jump. */
  segments: number;
}

export const newCounters = (): SensorCounters => ({
  used: 0,
  late: 0,
  duplicate: 0,
  lost: 0,
  bad: 0,
  dropped: 0,
  noise: 0,
  gaps: 0,
  reconnects: 0,
  restarts: 0,
  segments: 0,
});
