import { join } from 'node:path';
import { ModalkitError } from '@modalkit/contract';
import { BINDING } from './addon-path.js';
import type { InstallPart } from './install-part.js';
import { lastLine, runCommand } from './run-command.js';

const SCRIPT = 'process.stdout.write(require(process.argv[1]).TF_Version)';

/** Loads the binding in a process of its own: a library that this machine cannot run must end that one, not ours. */
export const checkPart: InstallPart = async (folder, context) => {
  const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3' };
  const args = ['-e', SCRIPT, join(folder, BINDING)];
  const { code, stdout, stderr } = await runCommand(process.execPath, args, { env, signal: context.signal });
  if (code === 0 && stdout) return { version: stdout };
  const error = stderr.split('\n').find((line) => line.startsWith('Error:')) ?? lastLine(stderr);
  throw new ModalkitError(
    'BACKEND',
    `native backend: TensorFlow does not run on this machine (${error}); it needs a processor with AVX and, on Linux, glibc 2.27 or newer: Modalkit runs on wasm here.`,
    { reason: 'load', stderr: stderr.slice(-4000) },
  );
};
