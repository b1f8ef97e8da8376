import { createProgram } from './program.js';
import { quit } from './quit.js';
import { reportFailure } from './report-failure.js';

// A reader that has gone away (`modalkit … | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') quit(0);
  throw error;
});

try {
  await createProgram().parseAsync();
} catch (error) {
  process.exitCode = reportFailure(error);
}
// Workers, TensorFlow's threads and handles of plugins must not keep a finished command alive.
quit();
