let own = false;

/** Ends the process by the command's own will; every other end is a plugin's doing. */
export function quit(code?: number): never {
  own = true;
  process.exit(code ?? process.exitCode);
}

/** True while the process ends by `quit`. */
export function endsItself(): boolean {
  return own;
}
