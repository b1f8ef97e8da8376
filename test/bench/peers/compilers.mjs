import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { medianInterval } from '../tools/median-interval.mjs';
import { SHAPE } from './model.mjs';
import { server } from './server.mjs';

const BATCH = 64;
/** The first steps compile. */
const WARM_UP = 3;

const round = (value) => Number(value.toFixed(3));

/** Beside our step and theirs as they are: ours by XLA, theirs by torch.compile, at batch 64. A compiler that cannot run says why. */
export async function compareCompilers(python, pairs) {
  const plan = { batch: BATCH, threads: availableParallelism() };
  const dump = await mkdtemp(join(tmpdir(), 'modalkit-bench-xla-'));
  const ours = (env) => server(process.execPath, [join(import.meta.dirname, 'ours.mjs'), JSON.stringify(plan)], env);
  try {
    // TensorFlow clusters what XLA has kernels for, and XLA writes down each cluster that it compiles.
    const xla = { TF_XLA_FLAGS: '--tf_xla_auto_jit=2 --tf_xla_cpu_global_jit', XLA_FLAGS: `--xla_dump_to=${dump}` };
    const byXla = await compare(
      () => ours({}),
      () => ours(xla),
      pairs,
    );
    const clusters = new Set((await readdir(dump)).flatMap((file) => /^module_\d+/.exec(file) ?? [])).size;
    const theirs = (compile) =>
      server(python, [
        join(import.meta.dirname, 'theirs.py'),
        JSON.stringify({ ...SHAPE, ...plan, classes: byXla.classes ?? 1000, compile }),
      ]);
    const byTorch = await compare(
      () => theirs(false),
      () => theirs(true),
      pairs,
    );
    return { xla: { ...byXla, clusters }, torchCompile: byTorch };
  } finally {
    await rm(dump, { recursive: true, force: true });
  }
}

/** A step of each in turn. `ratio` is the plain step's time by the compiled one's. */
async function compare(openPlain, openCompiled, pairs) {
  const [plain, compiled] = [openPlain(), openCompiled()];
  try {
    const { classes } = await plain.ask({ steps: WARM_UP });
    const first = await compiled.ask({ steps: WARM_UP });
    const ms = { plain: [], compiled: [] };
    for (let pair = 0; pair < pairs; pair++) {
      ms.plain.push((await plain.ask({ steps: 1 })).ms[0]);
      ms.compiled.push((await compiled.ask({ steps: 1 })).ms[0]);
    }
    const { median, from, to } = medianInterval(ms.plain.map((each, at) => each / ms.compiled[at]));
    return {
      ratio: round(median),
      interval: [round(from), round(to)],
      ms: { plain: round(medianInterval(ms.plain).median), compiled: round(medianInterval(ms.compiled).median) },
      firstStepMs: Math.round(Math.max(...first.ms)),
      ...(classes && { classes }),
    };
  } catch (error) {
    return { skipped: error.message };
  } finally {
    plain.stop();
    compiled.stop();
  }
}
