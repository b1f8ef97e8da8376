import type { Backend, Program, ProgramInfo, ReadyProgram } from '@modalkit/contract';

/** The programs that run on a model, each made ready once: captured where the backend can, else as they are. */
export class ReadyPrograms {
  private readonly backend: Backend;
  private readonly eager: boolean;
  private readonly notice: (sentence: string) => void;
  private readonly byName = new Map<string, ReadyProgram>();

  /** @param eager nothing is captured */
  constructor(backend: Backend, eager: boolean, notice: (sentence: string) => void) {
    this.backend = backend;
    this.eager = eager;
    this.notice = notice;
  }

  /** The program of that name, made at the first call. */
  get<I extends object, O extends object>(name: string, make: () => Omit<Program<I, O>, 'name'>): ReadyProgram<I, O> {
    const known = this.byName.get(name) as ReadyProgram<I, O> | undefined;
    if (known) return known;
    const program = { name, ...make() };
    const ready = (this.eager ? undefined : this.backend.capture?.(program, this.notice)) ?? asItIs(program);
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
