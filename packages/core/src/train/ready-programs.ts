import type { Backend, Program, ProgramInfo, ReadyProgram } from '@modalkit/contract';

/** The programs that run on a model, each made ready once: captured where the backend can, else as they are. */
export class ReadyPrograms {
  private readonly backend: Backend;
  private readonly eager: boolean;
  private readonly identity: () => string | undefined;
  private readonly notice: (sentence: string) => void;
  private readonly byName = new Map<string, ReadyProgram>();

  /**
   * @param eager nothing is captured
   * @param identity of all that the programs follow from; asked when one is captured
   */
  constructor(
    backend: Backend,
    eager: boolean,
    identity: () => string | undefined,
    notice: (sentence: string) => void,
  ) {
    this.backend = backend;
    this.eager = eager;
    this.identity = identity;
    this.notice = notice;
  }

  /** The program of that name, made at the first call. */
  get<I extends object, O extends object>(
    name: string,
    make: () => Omit<Program<I, O>, 'name' | 'identity'>,
  ): ReadyProgram<I, O> {
    const known = this.byName.get(name) as ReadyProgram<I, O> | undefined;
    if (known) return known;
    const { capture } = this.backend;
    const program = { name, ...make() };
    const ready =
      this.eager || !capture ? asItIs(program) : capture({ ...program, identity: this.identity() }, this.notice);
    this.byName.set(name, ready as unknown as ReadyProgram);
    return ready;
  }

  /** How each has run so far, by name. */
  info(): Record<string, ProgramInfo> {
    return Object.fromEntries([...this.byName].map(([name, ready]) => [name, ready.info()]));
  }

  dispose(): void {
    for (const ready of this.byName.values()) ready.dispose();
    this.byName.clear();
  }
}

function asItIs<I extends object, O extends object>(program: Program<I, O>): ReadyProgram<I, O> {
  return {
    run: (inputs) => program.run(inputs),
    info: () => ({ mode: 'eager', graphs: [] }),
    dispose: () => undefined,
  };
}
