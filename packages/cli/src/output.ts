/** Where a command speaks: people read stdout, unless `--json` keeps it for one object on its last line. */
export interface Output {
  readonly json: boolean;
  /** A line for people. */
  say(line: string): void;
  /** The result for programs; nothing without `--json`. */
  result(value: unknown): void;
}

export function createOutput(json = false): Output {
  const stream = json ? process.stderr : process.stdout;
  return {
    json,
    say: (line) => {
      stream.write(`${line}\n`);
    },
    result: (value) => {
      if (json) process.stdout.write(`${JSON.stringify(value)}\n`);
    },
  };
}

/** True where a line may be rewritten in place. */
export function isInteractive(stream: NodeJS.WriteStream): boolean {
  return Boolean(stream.isTTY) && !process.env.CI && process.env.TERM !== 'dumb';
}
