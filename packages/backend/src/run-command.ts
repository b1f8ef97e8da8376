import { spawn } from 'node:child_process';

export interface CommandResult {
  /** Undefined when the program could not be started. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
}

/** Runs a program with an array of arguments, no shell; rejects only when it was aborted. */
export function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true });
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        output[name] = (output[name] + text).slice(-100_000);
      });
    }
    child.on('error', (error) => {
      if (options.signal?.aborted) reject(options.signal.reason);
      else resolve({ code: undefined, stdout: output.stdout, stderr: error.message });
    });
    child.on('close', (code, signal) => {
      if (options.signal?.aborted) reject(options.signal.reason);
      else
        resolve({
          code: code ?? 1,
          ...output,
          stderr: signal ? `${output.stderr}\nended by ${signal}` : output.stderr,
        });
    });
  });
}

/** The last line that says something. */
export function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.trim() ?? '';
}
