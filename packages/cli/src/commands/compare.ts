import { basename, dirname, join, resolve } from 'node:path';
import { loadConfig, ModalkitError } from '@modalkit/core';
import { firstMetric, type Judge, measuredOf, type Row, ranked } from '../compare/comparison.js';
import { comparisonTable, writeComparison } from '../compare/comparison-report.js';
import { type Given, type Plan, planComparison, runFolder } from '../compare/plan.js';
import { trainVariant } from '../compare/train-variant.js';
import type { Variant } from '../compare/variant.js';
import { findConfig } from '../find-project.js';
import type { BackendFlags } from '../open-backend.js';
import { createOutput, type Output } from '../output.js';
import { stopOnSignals } from '../signals.js';

export interface CompareFlags extends BackendFlags, Given {
  readonly run?: string;
  readonly json?: boolean;
}

/** Exit code of a run whose losses were not finite: in a sweep it loses, and the others go on. */
const NOT_FINITE = 8;

/** `modalkit compare`. */
export async function compare(project: string, flags: CompareFlags): Promise<void> {
  const output = createOutput(flags.json);
  const signal = stopOnSignals(output.say, 'the training under way finishes its step and saves it');
  const configPath = await findConfig(project);
  const plan = await planComparison(configPath, await loadConfig(configPath), flags);
  const folder = resolve(flags.run ?? join('runs', `${basename(dirname(configPath))}-compared`));
  const done = await new Trainings(configPath, folder, plan, flags, output, signal).run();
  if (!done) return;
  const { rows, best, judge } = done;
  output.say(comparisonTable(rows, judge));
  output.say(`Best by ${judge.metric}: ${best.variant.title}`);
  const report = await writeComparison(folder, rows, best, judge);
  output.say(`Report: ${report}`);
  output.result({ ...judge, best: best.variant, runs: rows, folder, report });
}

/** All trainings of a comparison, one after the other. */
class Trainings {
  private readonly rows: Row[] = [];
  private judge: Judge | undefined;

  constructor(
    private readonly configPath: string,
    private readonly folder: string,
    private readonly plan: Plan,
    private readonly flags: CompareFlags,
    private readonly output: Output,
    private readonly signal: AbortSignal,
  ) {}

  /** Nothing when a run failed in a way that the others would too: the exit code is its own. */
  async run(): Promise<{ rows: readonly Row[]; best: Row; judge: Judge } | undefined> {
    let left = this.plan.variants;
    let results: readonly Row[] = [];
    for (const round of this.plan.rounds) {
      const trained: Row[] = [];
      for (const variant of left.slice(0, round.runs)) {
        const row = await this.train(variant, round);
        if (row === 'failed') return undefined;
        if (row) trained.push(row);
      }
      if (trained.length === 0)
        throw new ModalkitError(
          'LOSS',
          `${this.folder}: no run of ${round.steps} steps came to finite losses; lower the learning rates.`,
        );
      results = ranked(trained, this.plan.better);
      left = results.map(({ variant }) => variant);
    }
    return { rows: this.rows, best: results[0]!, judge: this.judge! };
  }

  private async train(variant: Variant, round: Plan['rounds'][number]): Promise<Row | 'failed' | undefined> {
    const run = runFolder(this.folder, round, variant);
    this.output.say(`\n${variant.title} (${round.steps} steps): ${run}`);
    const summary = await trainVariant(run, this.argsOf(variant, round), this.output, this.signal);
    if (typeof summary === 'number') return this.failure(variant, summary);
    this.judge ??= { metric: this.plan.metric ?? firstMetric(summary), better: this.plan.better };
    const measured = measuredOf(summary, this.judge.metric);
    const row: Row = { ...summary, variant, run, measured, seconds: summary.trainSeconds };
    this.rows.push(row);
    return row;
  }

  private argsOf(variant: Variant, { steps }: Plan['rounds'][number]): string[] {
    const { fusion, set = [] } = this.plan.overrides.get(variant)!;
    const { seed, eager, backend, threads } = this.flags;
    return [
      this.configPath,
      ...(fusion ? ['--fusion', fusion] : []),
      ...set.flatMap((assignment) => ['--set', assignment]),
      ...['--steps', String(steps)],
      ...(seed === undefined ? [] : ['--seed', seed]),
      ...(eager ? ['--eager'] : []),
      ...(backend === undefined ? [] : ['--backend', backend]),
      ...(threads === undefined ? [] : ['--threads', threads]),
    ];
  }

  private failure({ title }: Variant, code: number): 'failed' | undefined {
    if (code === NOT_FINITE) {
      this.output.say(`${title}: its losses were not finite; it is left out.`);
      return undefined;
    }
    process.exitCode = code;
    return 'failed';
  }
}
