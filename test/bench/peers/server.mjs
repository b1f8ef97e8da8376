import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/**
 * A process that answers a line of JSON with a line of JSON.
 * @param {string} command @param {readonly string[]} args @param {Record<string, string>} [env] beside this process's own
 */
export function server(command, args, env = {}) {
  const child = spawn(command, [...args], { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let said = '';
  child.stderr.on('data', (bytes) => (said = `${said}${bytes}`.slice(-2000)));
  child.stdin.on('error', () => undefined);
  return {
    async ask(question) {
      child.stdin.write(`${JSON.stringify(question)}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(`${command} ${args[0]} ended without an answer: ${said.trim().split('\n').at(-1)}`);
      return JSON.parse(value);
    },
    stop: () => child.stdin.end(),
  };
}
