import { Command, CommanderError } from 'commander';
import { describeCreate } from './create-command.js';
import { UsageError } from './usage-error.js';

const program = describeCreate(new Command('create-modalkit'))
  .description('A new plugin for Modalkit, from a template: a modality that nobody here thought of.')
  .exitOverride()
  .addHelpText(
    'after',
    '\nExamples:\n  $ npm create modalkit @you/thermal\n  $ npm create modalkit modalkit-depth -- --modality depth --yes\n',
  );
try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else if (error instanceof UsageError) {
    process.stderr.write(`create-modalkit: ${error.message}\n`);
    process.exitCode = 2;
  } else throw error;
}
