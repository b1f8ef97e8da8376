/** What a session gives to a device. */
export interface DeviceContext {
  /** The shared clock of the session in seconds; never goes back. */
  now(): number;
  readonly signal: AbortSignal;
  /** Tells people one sentence: lost, back again. */
  notice?(message: string): void;
  /** How far a slow consumer may fall behind before the oldest blocks are dropped; 5 when left out. */
  readonly queueSeconds?: number;
}
