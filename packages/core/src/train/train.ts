import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { type Json, ModalkitError, type RunEvent } from '@modalkit/contract';
import {
  type CheckpointContent,
  type Checkpoints,
  type LoadedCheckpoint,
  lockFolder,
  openCheckpoints,
  packState,
} from '../checkpoint/index.js';
import { contributionOf, withContribution } from '../contribution/contribution-of-run.js';
import type { Contribution } from '../contribution/measure-contribution.js';
import { type BatchPlan, checkBudget, type HostBatch, type States } from '../data/index.js';
import { createJsonLines, createTensorBoard } from '../report/index.js';
import { backendNotice } from './backend-notice.js';
import { beginFrom, openBeginning, statesFrom } from './begin-from.js';
import { BEST_FOLDER, type BestEvaluation, noteEvaluation } from './best-evaluation.js';
import { type ComposedPlugins, checkComposition } from './check-checkpoint.js';
import { checkClasses } from './check-classes.js';
import { checkKernels } from './check-kernels.js';
import { drawAll } from './draw-all.js';
import type { EvaluationResult } from './evaluate.js';
import { evaluateSplit } from './evaluate-split.js';
import { checkHeadFits, fitHeads } from './fit-heads.js';
import { FittingStep } from './fitting-step.js';
import { keepTokens } from './keep-tokens.js';
import { createModel, type Model, readWeights, writeWeights } from './model.js';
import { notedMoments } from './moments.js';
import { closeAll, fanOut, type OpenData, openData, Quarantine } from './open-data.js';
import { reviewLosses } from './review-losses.js';
import { makeRunFolder, writeEvaluation, writeQuarantine, writeRunFile } from './run-files.js';
import { RunGuard } from './run-guard.js';
import { runStep } from './run-step.js';
import type { RunOptions, TrainResult } from './run-types.js';
import { type SavedState, statesOf } from './saved-state.js';
import { startNotices } from './start-notices.js';
import { averagedWeights, readTrainable, restoreTrainable, writeOptimiser } from './train-state.js';
import { createTrainable, type Trainable } from './trainable.js';

const MIB = 2 ** 20;

/**
 * Trains a project to its last step, beginning where the folder's newest good checkpoint stands.
 * @throws ModalkitError LOCKED, CHECKPOINT, DATA, BUDGET, LOSS or DISK; what was committed stays
 */
export async function train(options: RunOptions): Promise<TrainResult> {
  const started = performance.now();
  await makeRunFolder(options.folder);
  const lock = await lockFolder(options.folder);
  try {
    return await new Run(options, started).run(lock);
  } finally {
    await lock.release();
  }
}

/** One start of a run. */
class Run {
  private readonly started: number;
  private readonly options: RunOptions;
  private report: (event: RunEvent) => void = () => undefined;
  private step = 0;
  private trainSeconds = 0;
  private firstStepSeconds = 0;
  private contributionSeconds = 0;
  private waitedMs = 0;
  private saved = -1;
  private quarantine = new Quarantine([]);
  private readonly reached = new Set<string>();
  private best: BestEvaluation | undefined;
  private guard: RunGuard | undefined;
  private fitting: FittingStep | undefined;
  /** What guards remembered when the checkpoint was made. */
  private remembered: Pick<SavedState, 'spikes' | 'microbatch'> = {};
  /** A checkpoint is to be saved as soon as the loss is finite. */
  private due = false;
  private evaluated: EvaluationResult | undefined;
  /** Where checkpoints of best evaluations are kept. */
  private kept: Checkpoints | undefined;

  constructor(options: RunOptions, started: number) {
    this.options = options;
    this.started = started;
  }

  async run(lock: Awaited<ReturnType<typeof lockFolder>>): Promise<TrainResult> {
    const { runtime, folder, backend } = this.options;
    const { keep, steps, split, evaluationSplit } = runtime.config.train;
    const checkpoints = await openCheckpoints(join(folder, 'checkpoints'), { keep, lock });
    if (runtime.config.train.best) this.kept = await openCheckpoints(join(folder, BEST_FOLDER), { keep: 2, lock });
    const loaded = await checkpoints.latest();
    this.resumeFrom(loaded);
    const reporters = [
      createJsonLines(folder, this.step),
      createTensorBoard(folder, this.step),
      ...runtime.reporters,
      ...(this.options.reporters ?? []),
    ];
    this.report = fanOut(reporters);
    this.report({ kind: 'start', step: this.step, steps, backend: backend.id, folder, resumed: loaded !== undefined });
    this.tellOfCheckpoint(loaded);
    let reason: 'finished' | 'stopped' | 'failed' = 'failed';
    let data: OpenData | undefined;
    let model: Model | undefined;
    let trainable: Trainable | undefined;
    try {
      const fitted = Object.values(runtime.heads).flatMap(({ fits = [] }) => fits.map((fit) => fit.split ?? split));
      const splits = [...new Set([split, evaluationSplit, runtime.balancer.review?.split ?? split, ...fitted])];
      const beginning = loaded ? undefined : await openBeginning(runtime);
      data = await openData(runtime, {
        states: loaded && statesOf(loaded),
        known: beginning && statesFrom(beginning, runtime),
        splits,
        signal: this.options.signal,
        report: this.report,
        beforeScan: (loader, states, some) => checkKernels(this.options, loader, states, some),
      });
      this.noteQuarantined(data.scan.quarantined);
      await writeQuarantine(folder, this.quarantine.list);
      checkHeadFits(runtime, data.scan);
      checkClasses(runtime, data.scan.splits[split]!.samples, split, data.dataset.root);
      const saved = loaded && { weights: loaded.tensors.weights ?? new Map(), folder };
      const notice = (message: string) => this.report({ kind: 'notice', message });
      model = createModel(runtime, backend, data.states, saved, notice);
      if (beginning) notice(beginFrom(model, beginning));
      trainable = createTrainable(model);
      if (loaded?.tensors.optimiser) writeOptimiser(trainable, loaded.tensors.optimiser);
      const notices = await startNotices(trainable, data.loader, data.scan.splits[split]!.samples);
      for (const message of notices) notice(message);
      await writeRunFile(folder, runtime, backend, this.times());
      reason = await this.loop(trainable, data, checkpoints);
      const evaluation = reason === 'finished' ? await this.lastEvaluation(trainable, data, checkpoints) : undefined;
      return {
        reason,
        step: this.step,
        evaluation,
        quarantined: this.quarantine.list.length,
        trainSeconds: this.trainSeconds,
        firstStepSeconds: this.firstStepSeconds,
        peakRssMb: process.resourceUsage().maxRSS / 1024,
        parameters: model.parameters,
        programs: model.programs.info(),
      };
    } finally {
      trainable?.dispose();
      model?.dispose();
      await data?.loader.close();
      this.report({ kind: 'end', step: this.step, reason });
      await closeAll(reporters, this.report);
    }
  }

  private resumeFrom(loaded: LoadedCheckpoint | undefined): void {
    if (!loaded) return;
    const { runtime, folder } = this.options;
    checkComposition(runtime.plugins, (loaded.documents.plugins ?? []) as unknown as ComposedPlugins, folder);
    const state = loaded.documents.state as unknown as SavedState;
    if (state.seed !== runtime.seed) {
      throw new ModalkitError(
        'CHECKPOINT',
        `${folder}: the run was begun with seed ${state.seed}, the config says ${runtime.seed}; use one seed, or another folder.`,
      );
    }
    this.step = this.saved = state.step;
    this.trainSeconds = state.trainSeconds;
    this.quarantine = new Quarantine(state.quarantined as never);
    for (const moment of state.reached ?? []) this.reached.add(moment);
    this.best = state.best;
    this.remembered = state;
  }

  private tellOfCheckpoint(loaded: LoadedCheckpoint | undefined): void {
    for (const { folder, reason } of loaded?.skipped ?? [])
      this.report({ kind: 'notice', message: `Passed over the damaged checkpoint ${folder}: ${reason}` });
    const before = (loaded?.documents.state as unknown as SavedState | undefined)?.backend ?? {};
    const changed = backendNotice(before, this.options.backend);
    if (changed) this.report({ kind: 'notice', message: changed });
  }

  /** Draw, step, report, evaluate, save. */
  private async loop(trainable: Trainable, data: OpenData, checkpoints: Checkpoints): Promise<'finished' | 'stopped'> {
    const { runtime, signal } = this.options;
    const { steps, accumulate, saveEvery, split } = runtime.config.train;
    const scanned = data.scan.splits[split]!;
    const kept = this.step < steps ? await keepTokens(trainable, data, { report: this.report, signal }) : undefined;
    const plan: BatchPlan = data.loader.plan(scanned, { training: true });
    const stream = data.loader.batches(scanned, plan, {
      from: this.step * accumulate,
      to: steps * accumulate,
      training: true,
    });
    const evaluateEvery = this.evaluationInterval(plan);
    const guard = this.guardOf(trainable, checkpoints);
    this.guard = guard;
    const fitting = new FittingStep(trainable, this.remembered.microbatch, this.report);
    this.fitting = fitting;
    const iterator = stream[Symbol.asyncIterator]();
    if (this.step === 0) {
      await fitHeads(trainable.model, data, 'start');
      await this.reviewLosses(trainable, data);
    }
    while (this.step < steps && !this.outOfPatience() && !signal?.aborted) {
      const began = performance.now();
      const draws = await drawAll(iterator, accumulate, signal);
      if (!draws) break;
      const result = await runStep(fitting, this.step, draws, this.reached, kept);
      this.trainSeconds += (performance.now() - began) / 1000;
      this.firstStepSeconds ||= (performance.now() - this.started) / 1000;
      this.step += 1;
      this.noteStep(result.values, performance.now() - began, stream.waitedMs, steps);
      await guard.after(this.step, result);
      this.noteQuarantined(
        draws.flatMap(({ batch }) => batch.quarantined),
        scanned.samples.length,
      );
      if (this.step < steps) {
        if (this.step % this.stepsBetweenReviews(plan) === 0) await this.reviewLosses(trainable, data);
        if (evaluateEvery && this.step % evaluateEvery === 0) await this.evaluateOnTheWay(trainable, data);
        else if (this.step % this.stepsPerEpoch(plan) === 0) await this.contributeOnTheWay(trainable, data);
      }
      this.due ||= this.step % saveEvery === 0;
      if (this.due && guard.calm) await this.save(trainable, data.states, checkpoints);
    }
    const finished = this.step >= steps || this.outOfPatience();
    if (finished) guard.atEnd(this.saved > 0);
    if (this.saved !== this.step && (finished || guard.calm)) await this.save(trainable, data.states, checkpoints);
    return finished ? 'finished' : 'stopped';
  }

  private guardOf(trainable: Trainable, checkpoints: Checkpoints): RunGuard {
    const restore = async () => {
      const loaded = await checkpoints.latest();
      if (loaded) restoreTrainable(trainable, loaded.tensors);
      return (loaded?.documents.state as unknown as SavedState | undefined)?.step;
    };
    const { report, remembered } = this;
    return new RunGuard(this.options.runtime.config.train.guards, remembered.spikes, { report, restore });
  }

  private evaluationInterval(plan: BatchPlan): number | false {
    const { evaluateEvery } = this.options.runtime.config.train;
    return evaluateEvery === 'epoch' ? this.stepsPerEpoch(plan) : evaluateEvery;
  }

  private stepsBetweenReviews(plan: BatchPlan): number {
    return Math.max(1, Math.round(this.stepsPerEpoch(plan) * (this.options.runtime.balancer.review?.epochs ?? 1)));
  }

  /** Lets the balancer look at the losses from outside of the step, where it asks. */
  private async reviewLosses(trainable: Trainable, data: OpenData): Promise<void> {
    const sentence = await reviewLosses(trainable.model, data);
    if (sentence) this.report({ kind: 'notice', message: `After step ${this.step}: ${sentence}` });
  }

  private stepsPerEpoch({ stepsPerEpoch }: BatchPlan): number {
    return Math.max(1, Math.floor(stepsPerEpoch / this.options.runtime.config.train.accumulate));
  }

  private outOfPatience(): boolean {
    const { patience = Number.POSITIVE_INFINITY } = this.options.runtime.config.train.best ?? {};
    return (this.best?.waited ?? 0) >= patience;
  }

  private noteStep(values: Record<string, number>, milliseconds: number, waitedMs: number, steps: number): void {
    const { runtime } = this.options;
    const waited = waitedMs - this.waitedMs;
    this.waitedMs = waitedMs;
    this.report({
      kind: 'step',
      step: this.step,
      steps,
      values,
      samplesPerSecond: (1000 * runtime.data.batch * runtime.config.train.accumulate) / milliseconds,
      etaSeconds: ((steps - this.step) * this.trainSeconds) / this.step,
      dataWaitShare: Math.min(1, waited / milliseconds),
      rssMb: process.memoryUsage.rss() / MIB,
    });
  }

  private noteQuarantined(found: HostBatch['quarantined'], among?: number): void {
    const fresh = this.quarantine.add(found);
    for (const sample of fresh) this.report({ kind: 'quarantine', sample });
    if (among && fresh.length > 0) checkBudget(this.quarantine.list, among, this.options.runtime.data.budget);
  }

  private async content(trainable: Trainable, states: States): Promise<CheckpointContent> {
    const { runtime, backend } = this.options;
    const { json, tensors } = packState(
      Object.fromEntries(Object.entries(states).filter(([, learnt]) => learnt !== undefined)),
    );
    const { id, version, device, threads, deterministic } = backend;
    const state = {
      step: this.step,
      seed: runtime.seed,
      trainSeconds: this.trainSeconds,
      backend: { id, version, device, threads, deterministic },
      quarantined: this.quarantine.list,
      ...(this.reached.size > 0 ? { reached: [...this.reached] } : {}),
      ...(this.best ? { best: this.best } : {}),
      spikes: this.guard?.state,
      microbatch: this.fitting?.microbatch,
    } as unknown as Json;
    return {
      tensors: { ...(await readTrainable(trainable)), states: tensors },
      documents: { state, states: json, config: runtime.resolved, plugins: runtime.plugins as unknown as Json },
    };
  }

  private async save(trainable: Trainable, states: States, checkpoints: Checkpoints): Promise<void> {
    const { runtime, backend, folder } = this.options;
    const path = await checkpoints.save(this.step, await this.content(trainable, states));
    this.saved = this.step;
    this.due = false;
    await writeQuarantine(folder, this.quarantine.list);
    await writeRunFile(folder, runtime, backend, this.times());
    this.report({ kind: 'checkpoint', step: this.step, folder: path });
  }

  /** Evaluates, and does what hangs on it: thaws weights, keeps the best checkpoint. */
  private async evaluateOnTheWay(trainable: Trainable, data: OpenData): Promise<EvaluationResult> {
    const result = await this.evaluate(trainable, data);
    this.evaluated = result;
    const { train } = this.options.runtime.config;
    for (const field of ['freeze', 'curriculum'] as const)
      for (const moment of notedMoments(`train.${field}`, train[field], result.values)) this.reached.add(moment);
    if (!train.best) return result;
    this.best = noteEvaluation(train.best, this.best, result.values, this.step);
    if (this.best.step === this.step) await this.kept?.save(this.step, await this.content(trainable, data.states));
    return result;
  }

  /** Of the last step, or of the best checkpoint where that is kept. */
  private async lastEvaluation(
    trainable: Trainable,
    data: OpenData,
    checkpoints: Checkpoints,
  ): Promise<EvaluationResult> {
    const known = this.evaluated?.step === this.step ? this.evaluated : undefined;
    const last = known ?? (await this.evaluateOnTheWay(trainable, data));
    const { best } = this;
    const fits = Object.values(this.options.runtime.heads).some((head) => head.fits);
    if (!best && !fits) return last;
    await this.save(trainable, data.states, checkpoints);
    if (!best || best.step === this.step) return last;
    const loaded = await this.kept!.load(best.step);
    restoreTrainable(trainable, loaded.tensors);
    return this.evaluate(trainable, data, best.step);
  }

  private async evaluate(trainable: Trainable, data: OpenData, step = this.step): Promise<EvaluationResult> {
    const { runtime, folder, backend } = this.options;
    const { evaluationSplit } = runtime.config.train;
    const began = performance.now();
    const {
      result: measured,
      collected,
      contribution,
    } = await this.withAverage(trainable, async () => ({
      fitted: await fitHeads(trainable.model, data),
      ...(await evaluateSplit(trainable.model, data, evaluationSplit, step, this.fitting?.microbatch)),
      contribution: await this.contribute(trainable, data),
    }));
    const result = contribution ? withContribution(measured, contribution) : measured;
    await writeEvaluation(folder, result, collected);
    await writeRunFile(folder, runtime, backend, {
      ...this.times(),
      evaluationSeconds: (performance.now() - began) / 1000,
    });
    this.report({ kind: 'evaluation', step, split: result.split, values: result.values });
    return result;
  }

  /** With the averaged weights in place, when there are any. */
  private async withAverage<T>(trainable: Trainable, work: () => Promise<T>): Promise<T> {
    const own = this.options.runtime.config.train.average ? await readWeights(trainable.model) : undefined;
    if (own) writeWeights(trainable.model, await averagedWeights(trainable));
    const done = await work();
    const averaged = (name: string) => trainable.model.weights.get(name)!.spec.trainable;
    if (own) writeWeights(trainable.model, new Map([...own].filter(([name]) => averaged(name))));
    return done;
  }

  /** At the end of an epoch that is not evaluated. */
  private async contributeOnTheWay(trainable: Trainable, data: OpenData): Promise<void> {
    const found = await this.withAverage(trainable, () => this.contribute(trainable, data));
    const split = this.options.runtime.config.train.evaluationSplit;
    if (found) this.report({ kind: 'evaluation', step: this.step, split, values: found.values });
  }

  /** What each input contributes, told in the log; nothing where the config doesn't ask. */
  private async contribute(trainable: Trainable, data: OpenData): Promise<Contribution | undefined> {
    const found = await contributionOf(trainable, data);
    for (const message of [found?.sentence, found?.warning]) if (message) this.report({ kind: 'notice', message });
    this.contributionSeconds += found?.seconds ?? 0;
    return found;
  }

  private times(): Record<string, number> {
    const setup = this.options.setupSeconds;
    return {
      ...(setup === undefined ? {} : { setupSeconds: setup }),
      firstStepSeconds: this.firstStepSeconds,
      trainSeconds: this.trainSeconds,
      ...(this.contributionSeconds > 0 ? { contributionSeconds: this.contributionSeconds } : {}),
    };
  }
}
