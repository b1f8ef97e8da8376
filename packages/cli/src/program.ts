import { Command, Option } from 'commander';
import { addAuthorCommands } from './author-commands.js';
import { examples } from './command-examples.js';
import { add, backendOption, collect, JSON_HELP } from './command-parts.js';
import { addLiveCommands } from './live-commands.js';
import { addProjectCommands } from './project-commands.js';
import { VERSION } from './version.js';

/** The command line. Each command loads what it needs when it runs: help loads neither TensorFlow nor core. */
export function createProgram(): Command {
  const program = new Command('modalkit')
    .description('Train, evaluate and query one model over many modalities, each a plugin.')
    .version(VERSION)
    .exitOverride()
    .showSuggestionAfterError()
    .addHelpText('after', examples('modalkit'));
  run(add(program, 'train', 'Train a project, or go on where its run folder stands.'))
    .addOption(new Option('--fusion <kind>', 'replace the fusion of the config').choices(['early', 'late', 'cross']))
    .option('--steps <number>', 'steps of the whole run')
    .option('--seed <number>', 'seed of the run')
    .option('--set <field=value>', 'change a plain field of the config; may be repeated', collect, [])
    .option('--profile [steps]', 'sample where the main thread is, for 50 steps or as many, and draw it in the report')
    .option('--no-report', 'write no report.html')
    .action(async (project, options) => (await import('./commands/train.js')).train(project, options));
  run(add(program, 'eval', 'Evaluate the newest checkpoint of a run.'))
    .option('--split <name>', "split to evaluate (default: the config's)")
    .action(async (project, options) => (await import('./commands/eval.js')).evaluate(project, options));
  add(
    program,
    'compare',
    "Train a project several times, with other fusions or by its config's sweep, into one table and page.",
  )
    .argument('[project]', 'folder of the project, or its config file', '.')
    .option('--fusion <kinds>', "fusions, separated by commas: early, late, cross (default: the config's sweep)")
    .option('--metric <name>', "value that decides (default: the sweep's, or the first that is measured)")
    .option('--run <folder>', "folder of all runs (default: ./runs/<project folder's name>-compared)")
    .option('--steps <number>', 'steps of each run')
    .option('--seed <number>', 'seed of each run')
    .option('--set <field=value>', 'change a plain field of the config; may be repeated', collect, [])
    .addOption(backendOption())
    .option('--threads <number>', 'threads of the backend')
    .option('--eager', 'run operation by operation, not as one captured graph')
    .option('--json', JSON_HELP)
    .action(async (project, options) => (await import('./commands/compare.js')).compare(project, options));
  add(
    program,
    'query',
    'Ask a trained run with words or a file: the best matches among the samples it was evaluated on, or the files it embedded.',
  )
    .argument('<argument>', 'words, or the path of a file')
    .option('--run <folder>', 'run folder (default: the newest below ./runs)')
    .option('--project <path>', "project of the run (default: the run's own)")
    .option('--index <folder>', 'search what `modalkit embed` wrote into this folder')
    .option('--to <input>', 'search this input only')
    .option('--top <number>', 'matches of each input', '5')
    .addOption(backendOption())
    .option('--json', JSON_HELP)
    .action(async (argument, options) => (await import('./commands/query.js')).query(argument, options));
  add(program, 'embed', "Embed a folder's files with a trained run, into an index that `query --index` searches.")
    .argument('<folder>', 'folder of the files; those below are embedded too')
    .option('--run <folder>', 'run folder (default: the newest below ./runs)')
    .option('--project <path>', "project of the run (default: the run's own)")
    .option('--input <name>', 'input that takes the files (default: for each the one that does)')
    .option('--out <folder>', "folder of the index (default: embedded, in the run's folder)")
    .addOption(backendOption())
    .option('--threads <number>', 'threads of the backend')
    .option('--json', JSON_HELP)
    .action(async (folder, options) => (await import('./commands/embed.js')).embed(folder, options));
  add(program, 'ask', 'Ask a trained run about a sample: one of its heads writes the answer.')
    .argument('<arguments...>', 'a sample of each input that is read: the path of a file, or words')
    .option('--run <folder>', 'run folder (default: the newest below ./runs)')
    .option('--project <path>', "project of the run (default: the run's own)")
    .option('--head <name>', 'head that writes (default: the only one that does)')
    .option('--beam <number>', 'search for the likeliest answer among so many beginnings')
    .option('--top-p <share>', 'draw from the likeliest tokens that together have this probability')
    .option('--seed <number>', "seed of what is drawn (default: the run's)")
    .addOption(backendOption())
    .option('--json', JSON_HELP)
    .action(async (given, options) => (await import('./commands/ask.js')).ask(given, options));
  add(program, 'inspect', 'Follow one sample through the model: input, tokens, validity, positions, time and memory.')
    .argument('[project]', 'folder of the project, or its config file', '.')
    .option('--id <sample>', 'id of the sample (default: the first)')
    .option('--fused', 'show the token layout that the fusion makes')
    .option('--run <folder>', 'use the weights of this run (default: fresh ones)')
    .addOption(backendOption())
    .option('--json', JSON_HELP)
    .action(async (project, options) => (await import('./commands/inspect.js')).inspect(project, options));
  addLiveCommands(program);
  addAuthorCommands(program);
  addProjectCommands(program);
  add(program, 'doctor', 'Look at the machine: what is there, what is missing, what to do.')
    .option('--json', JSON_HELP)
    .action(async (options) => (await import('./commands/doctor.js')).doctor(options));
  const backend = add(program, 'backend', 'The tensor backend: install the native one, or tell which runs.');
  backend
    .command('install')
    .description('Install native TensorFlow into the per-user cache (MODALKIT_CACHE).')
    .option('--json', JSON_HELP)
    .addHelpText('after', examples('backend'))
    .action(async (options) => (await import('./commands/backend.js')).install(options));
  backend
    .command('info')
    .description('Tell which backend runs, its version, device, threads and speed.')
    .option('--json', JSON_HELP)
    .addHelpText('after', examples('backend'))
    .action(async (options) => (await import('./commands/backend.js')).info(options));
  return program;
}

/** What the commands on a project's run have in common. */
function run(command: Command): Command {
  return command
    .argument('[project]', 'folder of the project, or its config file', '.')
    .option('--run <folder>', "run folder (default: ./runs/<project folder's name>)")
    .addOption(backendOption())
    .option('--threads <number>', 'threads of the backend')
    .option('--eager', 'run operation by operation, not as one captured graph')
    .option('--setup-seconds <number>', 'seconds that set-up took before, for the report')
    .option('--json', JSON_HELP);
}
