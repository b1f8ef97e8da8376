import type { Head, Objective } from '@modalkit/contract';
import { initLinear } from '@modalkit/toolkit';
import type { PartCase, SourceCase } from '../src/index.js';
import { fused, fusionPlugin, headPlugin, objectivePlugin, scored, sourcePlugin } from './parts.js';

const sizes = { targets: { size: [2, undefined, 0.5, 1] } };

/** Parts that keep every promise. */
export const goodParts: Readonly<Record<string, PartCase | SourceCase>> = {
  fusion: { plugin: fusionPlugin() },
  head: { plugin: headPlugin(), ...sizes },
  objective: { plugin: objectivePlugin(), ...sizes },
  source: { plugin: sourcePlugin(), folder: import.meta.dirname, inputs: ['a'], targets: ['size'] },
};

export interface BrokenPart {
  readonly breaks: string;
  readonly says: RegExp;
  readonly given: PartCase | SourceCase;
}

const fusion = (plugin: PartCase['plugin']) => ({ ...goodParts.fusion!, plugin }) as PartCase;
const head = (plugin: PartCase['plugin']) => ({ ...goodParts.head!, plugin }) as PartCase;
const objective = (plugin: PartCase['plugin']) => ({ ...goodParts.objective!, plugin }) as PartCase;
const source = (plugin: PartCase['plugin']) => ({ ...goodParts.source!, plugin }) as SourceCase;

let loaded = 0;

/** Fusions, heads, objectives and data sources that break one promise each. */
export const brokenParts: Readonly<Record<string, BrokenPart>> = {
  'a fusion that pools over padding': {
    breaks: 'padding-of-inputs-changes-nothing',
    says: /"pooled" changes with the padding of inputs/,
    given: fusion(fused(({ values }, { tf }) => ({ pooled: tf.mean(values, 1) }))),
  },
  'a fusion that reads invalid tokens': {
    breaks: 'invalid-tokens-change-nothing',
    says: /"pooled" changes with what lies under invalid tokens/,
    given: fusion(
      fusionPlugin(({ fuse }) => ({
        fuse: (...args: Parameters<typeof fuse>) => {
          const { tf } = args[1];
          const given = fuse(...args);
          return { ...given, pooled: tf.add(given.pooled, tf.sum(args[0][0]!.values, 1)) };
        },
      })),
    ),
  },
  'a fusion that centres over the batch': {
    breaks: 'rows-are-apart',
    says: /"pooled" of a sample depends on the other samples/,
    given: fusion(fused(({ pooled }, { tf }) => ({ pooled: tf.add(pooled, tf.mean(pooled, 0, true)) }))),
  },
  'a fusion that numbers the rows': {
    breaks: 'order-of-rows-does-not-matter',
    says: /"pooled" is another when samples come in another order/,
    given: fusion(
      fused(({ pooled }, { tf }) => ({ pooled: tf.add(pooled, tf.expandDims(tf.range(0, pooled.shape[0]!), 1)) })),
    ),
  },
  'a fusion that divides by what may be nothing': {
    breaks: 'results-are-finite',
    says: /"pooled" is not finite where samples have no input and no target/,
    given: fusion(
      fused(({ pooled, valid }, { tf }) => {
        const some = tf.cast(tf.any(valid, 1, true), 'float32');
        return { pooled: tf.div(tf.mul(pooled, some), some) };
      }),
    ),
  },
  'a fusion whose spans reach beyond its tokens': {
    breaks: 'fused-is-a-sequence',
    says: /The span of "a" is \[0, 99\); the sequence has 6 tokens/,
    given: fusion(fused(({ spans }) => ({ spans: { ...spans, a: { start: 0, end: 99 } } }))),
  },
  'a fusion that is deaf to an input': {
    breaks: 'every-input-is-heard',
    says: /What the input "b" holds does not reach the pooled vector/,
    given: fusion(
      fused(({ values, pooled }, { tf }) => {
        const own = tf.slice(values, [0, 0, 0], [values.shape[0]!, 1, values.shape[2]!]);
        // b's layer keeps its gradient by the tokens
        return { pooled: tf.add(tf.mul(pooled, 0), tf.squeeze(own, [1])) };
      }),
    ),
  },
  'a fusion that doubles its gradients': {
    breaks: 'gradients-of-the-part-are-right',
    says: /Wrong gradients: /,
    given: fusion(
      fused(({ pooled }, { tf }) => ({
        pooled: tf.customGrad((x) => ({ value: tf.clone(x as never), gradFunc: (dy) => tf.mul(dy as never, 2) }))(
          pooled,
        ),
      })),
    ),
  },
  'a head that holds a date in its options': {
    breaks: 'options-are-plain',
    says: /options are not plain JSON/,
    given: head(headPlugin(() => ({ options: { weight: new Date(0) } }))),
  },
  'a head with a weight to spare': {
    breaks: 'every-weight-of-the-part-learns',
    says: /The weight "spare\/kernel" gets no gradient/,
    given: head(
      headPlugin(({ init }) => ({
        init: (...args: Parameters<Head['init']>) => {
          init(...args);
          initLinear(args[0], 'spare', 2, 2);
        },
      })),
    ),
  },
  'a head that names an output with a slash': {
    breaks: 'outputs-have-a-row-a-sample',
    says: /An output is called "size\/of"; use letters and digits/,
    given: head(
      headPlugin(({ predict }) => ({
        predict: (...args: Parameters<Head['predict']>) => ({ 'size/of': predict(...args).size }),
      })),
    ),
  },
  'a head that collates a missing value to -1': {
    breaks: 'targets-are-collated',
    says: /A missing value of "size" collates to numbers other than 0/,
    given: head(
      headPlugin(({ targets }) => ({
        targets: {
          size: {
            ...targets!.size,
            collate: (values: readonly (number | undefined)[]) => ({
              ...targets!.size!.collate(values),
              data: Float32Array.from(values, (value) => value ?? -1),
            }),
          },
        },
      })),
    ),
  },
  'a head that measures what it does not keep': {
    breaks: 'what-it-measures-is-kept',
    says: /It measures "scale", 1 numbers, but declares no such weight with \{ trainable: false \}/,
    given: head(
      headPlugin(() => ({ fits: [{ samples: 4, output: 'size', measure: () => ({ scale: Float32Array.of(1) }) }] })),
    ),
  },
  'a head that reads a tensor': {
    breaks: 'part-reads-nothing',
    says: /It reads a tensor on the host 1 times/,
    given: head(
      headPlugin(({ predict }) => ({
        predict: (...args: Parameters<Head['predict']>) => {
          const outputs = predict(...args);
          outputs.size!.dataSync();
          return outputs;
        },
      })),
    ),
  },
  'an objective without a mask': {
    breaks: 'nothing-counted-adds-nothing',
    says: /The term "distance" has count 0 and the sum 2; multiply by what is counted/,
    given: objective(
      scored(({ sum }, view, { tf }) => ({
        sum: tf.add(sum, tf.sum(tf.cast(tf.logicalNot(view.targets.size!.valid), 'float32'))),
      })),
    ),
  },
  'an objective that gives a term a sample': {
    breaks: 'terms-are-scalars',
    says: /The count of the term "distance" is float32 \[1\]; it must be a float32 scalar/,
    given: objective(scored(({ count }, _, { tf }) => ({ count: tf.reshape(count, [1]) }))),
  },
  'an objective that draws numbers of its own': {
    breaks: 'part-draws-by-key',
    says: /Run twice on one batch with one key, operation \d+ is/,
    given: objective(
      scored(({ sum }, _, { tf, training }) => ({ sum: training ? tf.mul(sum, tf.scalar(Math.random())) : sum })),
    ),
  },
  'an objective that follows its data': {
    breaks: 'part-can-be-captured',
    says: /For two batches of one shape operation \d+ is/,
    given: objective(
      objectivePlugin(({ targets, terms }) => {
        let first = 0;
        return {
          targets: {
            size: {
              ...targets!.size,
              collate: (values: readonly (number | undefined)[]) => {
                first = values[0] ?? 0;
                return targets!.size!.collate(values);
              },
            },
          },
          terms: (...args: Parameters<Objective['terms']>) => {
            const { distance } = terms(...args);
            return { distance: { ...distance, sum: args[1].tf.add(distance!.sum, args[1].tf.scalar(first * 1e-8)) } };
          },
        };
      }),
    ),
  },
  'an objective that keeps tensors': {
    breaks: 'part-leaves-no-tensor',
    says: /A step leaves 1 tensors behind/,
    given: objective(
      scored((_, __, { tf }) => {
        tf.keep(tf.scalar(1));
        return {};
      }),
    ),
  },
  'an objective that says it reads pooled vectors and reads tokens': {
    breaks: 'reads-pooled-alone',
    says: /"distance\/sum" is another when it sees pooled vectors alone/,
    given: objective(
      objectivePlugin((good) => ({
        fromPooled: true,
        terms: (...args: Parameters<Objective['terms']>) => {
          const [view, { tf }] = args;
          const { distance } = good.terms(...args);
          const { sum } = distance!;
          return { distance: { ...distance, sum: view.inputs.a!.values ? tf.mul(sum, 2) : sum } };
        },
      })),
    ),
  },
  'an objective that takes a weight below 0': {
    breaks: 'options-are-refused-by-name',
    says: /The options \{"weight":2\} are accepted/,
    given: { ...objective(objectivePlugin()), wrongOptions: [{ weight: 2 }] },
  },
  'a source in no fixed order': {
    breaks: 'loading-is-repeatable',
    says: /load gives other samples the second time, from number 0 on/,
    given: source(sourcePlugin(({ samples }) => ({ samples: loaded++ % 2 === 0 ? samples : [...samples].reverse() }))),
  },
  'a source that gives an id twice': {
    breaks: 'samples-are-as-listed',
    says: /Two samples have the id "one"/,
    given: source(sourcePlugin(({ samples }) => ({ samples: [...samples, samples[0]] }))),
  },
  'a source of functions': {
    breaks: 'samples-are-plain',
    says: /Samples cannot be sent to workers/,
    given: source(
      sourcePlugin(({ samples }) => ({ samples: samples.map((sample) => ({ ...sample, inputs: { a: () => 1 } })) })),
    ),
  },
  'a source that gives no reason': {
    breaks: 'what-is-rejected-is-explained',
    says: /A rejected line has id "line 3", code "DATA" and reason ""/,
    given: source(sourcePlugin(({ rejected }) => ({ rejected: rejected.map((line) => ({ ...line, reason: '' })) }))),
  },
};
