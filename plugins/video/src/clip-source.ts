/** The part of a file on disk that is read. */
export interface ClipSource {
  /** Absolute path. */
  readonly file: string;
  /** What errors call it. */
  readonly name: string;
  /** Seconds on the container's clock. */
  readonly start?: number;
  readonly end?: number;
}
