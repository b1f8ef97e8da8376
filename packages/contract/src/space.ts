/** The joint space that every adapter aligns into. */
export interface Space {
  /** Width D of aligned tokens and pooled vectors. */
  readonly width: number;
}
