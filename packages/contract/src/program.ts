/**
 * A computation on tensors that a backend may record once for each set of shapes and then run as one static graph. It reads no
 * tensor on the host, branches on no tensor's value, and draws random numbers by `Backend.uniform` alone. What goes in and comes
 * out are plain objects, nested at will, with tensors as their leaves.
 */
export interface Program<I extends object = object, O extends object = object> {
  /** What people call it: `training step`. */
  readonly name: string;
  /**
   * Digest of all that `run` follows from beside the tensors: code, options, states. A graph of the same identity, name and
   * shapes may be kept from another start; without it none is.
   */
  readonly identity?: string;
  /** Its only effect is on `state`. The caller disposes the result. */
  run(inputs: I): O;
  /** Tensors that it reads beside its inputs and leaves as they are: frozen weights, tables of the model's size. */
  constants(): object;
  /** Tensors that it replaces. */
  readonly state?: ProgramState;
}

/** Tensors that live from run to run. */
export interface ProgramState {
  /** In the same order and nesting every time. */
  read(): object;
  /** Puts others, of the same shapes, in their place and owns them from then on. */
  write(next: object): void;
}

/** A program made ready on a backend. */
export interface ReadyProgram<I extends object = object, O extends object = object> {
  /** The same as the program's own `run`, but for rounding. */
  run(inputs: I): O;
  info(): ProgramInfo;
  dispose(): void;
}

/** How a program has run so far. */
export interface ProgramInfo {
  /** What it runs as: one static graph for each set of shapes, or operation by operation. */
  readonly mode: 'captured' | 'eager';
  /** Why it runs operation by operation. */
  readonly reason?: string;
  /** The graphs at hand. */
  readonly graphs: readonly GraphInfo[];
}

/** One captured graph. */
export interface GraphInfo {
  readonly nodes: number;
  /** Of the graph as it is written: its constants among them. */
  readonly bytes: number;
  /** It was kept from an earlier start. */
  readonly kept: boolean;
  readonly recordMs: number;
  readonly loadMs: number;
  readonly firstRunMs: number;
  readonly runs: number;
}
