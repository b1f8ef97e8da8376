// What `npm run recipe -- machine` does once the packages are built: a machine is simulated, recorded, sliced, trained, replayed and alarmed, all of
// it by the command; then the summary.
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../tools/packages.mjs';
import { openRunFolder } from '../tools/run-folder.mjs';
import { HOURS, makeData } from './make-data.mjs';
import { plan } from './plan.mjs';
import { play } from './play.mjs';
import { summarise } from './summary.mjs';
import { alarmsOf, WINDOW, watch } from './watch.mjs';

const HERE = 'recipes/machine';
const BIN = join(ROOT, 'packages', 'cli', 'bin.mjs');
const INPUTS = ['front', 'rear', 'sound', 'view'];
/** Share of normal windows that may be called anomalous, as the config asks for it. */
const CALIBRATED = 0.01;
/** Level from which on there is an alarm: 0.5 is the calibrated threshold, this one 1.08 times as far from normal. */
const RAISE = 0.52;
/** Level below which an alarm ends: that of normal windows is about 0.48. */
const CLEAR = 0.5;

export const HELP = `npm run recipe -- machine             simulation, recording, windows, training, alarms, summary
npm run recipe -- machine --hours 1   so many hours are watched instead of ${HOURS}
npm run recipe -- machine --summary   alarms and summary.json anew, with the model that is there; with the --hours of before
Other flags, such as --quick and --steps N, are those of modalkit train. A recipe that was stopped goes on with the training it was at; one
that is finished is kept as runs/machine-before when a new one begins.`;

/**
 * @typedef {(args: readonly string[]) => Promise<number>} Modalkit runs the command; resolves to its exit code
 * @param {{ runs: string, args: readonly string[], flags: readonly string[], modalkit: Modalkit }} start
 * @returns {Promise<number>} exit code
 */
export async function run({ runs, args, flags, modalkit }) {
  const { hours, rest } = hoursOf(args);
  const sessions = plan(hours);
  const folder = join(runs, 'machine');
  const { folder: data, pictures, reused } = await makeData({ sessions });
  if (rest.includes('--summary')) return writeSummary(folder, data, sessions);
  if (!reused) console.log(`data: ${pictures} seconds of simulated machines written`);
  await openRunFolder(folder, args);
  const recorded = await record(
    data,
    sessions.find(({ split }) => split === 'bench'),
    modalkit,
  );
  const steps = [
    async () => recorded,
    () =>
      modalkit(
        sliceArguments(
          data,
          sessions.filter(({ split }) => split !== 'bench' && split !== 'watched'),
        ),
      ),
    () => modalkit(['train', HERE, '--run', join(folder, 'model'), '--no-report', ...flags, ...rest]),
  ];
  for (const step of steps) {
    const code = await step();
    if (code !== 0) return code;
  }
  return writeSummary(folder, data, sessions);
}

function hoursOf(args) {
  const at = args.indexOf('--hours');
  if (at < 0) return { hours: HOURS, rest: args };
  const hours = Number(args[at + 1]);
  if (!(hours > 0)) throw new Error(`machine: --hours must be a number above 0, not ${args[at + 1]}.`);
  return { hours, rest: args.toSpliced(at, 2) };
}

/** Records the machine on the bench from two pseudo-terminals and two pipes, in the time that it lasts. */
async function record(data, session, modalkit) {
  const out = join(data, 'recorded');
  if (existsSync(join(out, 'recording.json'))) return 0;
  const pipes = await mkdtemp(join(tmpdir(), 'modalkit-machine-'));
  const { addresses, close } = await play({
    session: join(data, session.name),
    seconds: session.seconds,
    pipes,
    bin: BIN,
  });
  const plugin = { front: 'sensor', rear: 'sensor', sound: 'audio', view: 'video' };
  const sources = INPUTS.flatMap((name) => ['--source', `${name}=${plugin[name]}:${addresses[name]}`]);
  const about = ['--machine', 'recorded', '--label', 'normal', '--seconds', String(session.seconds)];
  const code = await modalkit(['record', ...sources, ...about, '--out', out]);
  await close();
  await rm(pipes, { recursive: true, force: true });
  return code;
}

/** What was recorded is tested on, beside the machines whose recordings were written at once. */
function sliceArguments(data, sessions) {
  const held = [...sessions.filter(({ split }) => split !== 'train'), { machine: 'recorded', split: 'test' }];
  const hold = held.flatMap(({ machine, split }) => ['--hold', `${split}=${machine}`]);
  const recordings = [...sessions.map(({ name }) => name), 'recorded'].map((name) => join(data, name));
  const rule = ['--length', String(WINDOW), '--label-rule', 'majority', '--group', 'machine', '--split', 'train=1'];
  return ['slice', ...recordings, ...rule, ...hold, '--out', join(data, 'windows.jsonl')];
}

async function writeSummary(folder, data, sessions) {
  const watched = [];
  const waiting = sessions.filter(({ split }) => split === 'watched');
  const watchOne = async ({ name, seconds, wrong }) => {
    const alarms = join(folder, 'alarms', name);
    await rm(alarms, { recursive: true, force: true });
    const told = await watch({
      ...{ bin: BIN, run: join(folder, 'model'), session: join(data, name), alarms },
      ...{ raise: RAISE, clear: CLEAR },
    });
    console.log(`${name}: ${told.raised.length} alarms, ${wrong.length} faults in ${seconds} s`);
    watched.push({ seconds, wrong, ...told });
  };
  // Each core watches one.
  const core = async () => {
    for (let session = waiting.shift(); session; session = waiting.shift()) await watchOne(session);
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), 4) }, core));
  const { values } = JSON.parse(await readFile(join(folder, 'model', 'evaluation.json'), 'utf8'));
  const summary = summarise(values, alarmsOf(watched), { inputs: INPUTS, calibrated: CALIBRATED });
  const file = join(folder, 'summary.json');
  await writeFile(file, `${JSON.stringify(summary, null, 2)}\n`);
  console.log(`${JSON.stringify(summary.holds)}\nSummary: ${file}`);
  return 0;
}
