import type { MaskPolicy, StepContext, TokenLayout } from '@modalkit/contract';
import { embedding, gelu, hideTokens, initLinear, linear, zeroInvalid } from '@modalkit/toolkit';
import type { BrokenAdapter } from './broken-adapter.js';
import { digitsPlugin } from './digits.js';
import type { DigitsAdapter } from './digits-adapter.js';

type Encode = DigitsAdapter['encode'];
type Align = DigitsAdapter['align'];

/** The good adapter with what encode gives changed. */
const encoded = (change: (tokens: ReturnType<Encode>, ...args: Parameters<Encode>) => object) =>
  digitsPlugin(({ encode }) => ({
    encode: (...args: Parameters<Encode>) => {
      const tokens = encode(...args);
      return { ...tokens, ...change(tokens, ...args) };
    },
  }));

/** The good adapter with what align gives changed. */
const aligned = (change: (aligned: ReturnType<Align>, context: StepContext) => object) =>
  digitsPlugin(({ align }) => ({
    align: (...args: Parameters<Align>) => {
      const given = align(...args);
      return { ...given, ...change(given, args[2]) };
    },
  }));

const masked = (mask: (layout: TokenLayout, policy: MaskPolicy, context: StepContext) => unknown) =>
  digitsPlugin(() => ({ mask }));

/** `[B,1]`: 1 where the sample is there. */
const there = ({ tf }: StepContext, { valid }: TokenLayout) => tf.cast(tf.any(valid, 1, true), 'float32');

let declared = 0;

/** Adapters that break a promise in the step. */
export const brokenSteps: Readonly<Record<string, BrokenAdapter>> = {
  'declares a weight of another size each time': {
    breaks: 'weights-are-declared-alike',
    says: /init declares spare \[\d\] at one time and not at another/,
    plugin: digitsPlugin(({ init }) => ({
      init: (context: Parameters<typeof init>[0]) => {
        init(context);
        context.weight('spare', [1 + (declared++ % 7)], { kind: 'zeros' }, { trainable: false });
      },
    })),
  },
  'names a weight with a leading slash': {
    breaks: 'weights-are-declared-alike',
    says: /A weight is called "\/spare"/,
    plugin: digitsPlugin(({ init }) => ({
      init: (context: Parameters<typeof init>[0]) => {
        init(context);
        context.weight('/spare', [1], { kind: 'zeros' }, { trainable: false });
      },
    })),
  },
  'hides padding': {
    breaks: 'mask-hides-only-valid-tokens',
    says: /mask "random" hides tokens that are not valid/,
    plugin: masked((layout, policy, context) =>
      hideTokens(context, { ...layout, valid: context.tf.onesLike(layout.valid) }, policy),
    ),
  },
  'hides every second token': {
    breaks: 'mask-is-a-function-of-its-key',
    says: /mask "random" hides the same at 8 steps/,
    plugin: masked(({ valid, position }, { ratio }, { tf, training }) => {
      const even = tf.equal(tf.mod(position.order!, tf.scalar(2, 'int32')), 0);
      return training && ratio !== 0 ? tf.logicalAnd(valid, even) : tf.zerosLike(valid);
    }),
  },
  'hides a tenth of what is asked for': {
    breaks: 'mask-hides-the-share-asked-for',
    says: /mask "random" asked for a share of 0\.5 hides 0\.\d\d of the valid tokens/,
    plugin: masked((layout, policy, context) =>
      hideTokens(context, layout, { ...policy, ratio: 0.1 * (policy.ratio as number) }),
    ),
  },
  'hides in evaluation': {
    breaks: 'nothing-is-hidden-in-evaluation',
    says: /mask "random" hides tokens in evaluation/,
    plugin: masked((layout, policy, context) => hideTokens({ ...context, training: true }, layout, policy)),
  },
  'forgets what is hidden': {
    breaks: 'encode-gives-tokens',
    says: /encode changes hidden; pass on what it was given/,
    plugin: encoded(({ hidden }, _, __, { tf }) => ({ hidden: tf.zerosLike(hidden) })),
  },
  'forgets when tokens are': {
    breaks: 'encode-gives-tokens',
    says: /encode leaves out position\.time/,
    plugin: encoded(({ position: { order } }) => ({ position: { order } })),
  },
  'sees nothing': {
    breaks: 'visible-tokens-are-seen',
    says: /give the same pooled vector/,
    plugin: encoded(({ valid }, { ids }, _, context) => ({
      values: zeroInvalid(
        context.tf,
        linear(context, 'mix', embedding(context, 'embedding', context.tf.zerosLike(ids!))),
        valid,
      ),
    })),
  },
  'peeks under hidden tokens': {
    breaks: 'hidden-tokens-leak-nothing',
    says: /An entry of "ids" that lies under hidden tokens reaches the output/,
    plugin: encoded(({ valid }, { ids }, _, context) => ({
      values: zeroInvalid(
        context.tf,
        gelu(context.tf, linear(context, 'mix', embedding(context, 'embedding', ids!))),
        valid,
      ),
    })),
  },
  'adds what lies under padding': {
    breaks: 'invalid-tokens-carry-nothing',
    says: /Sample 0 changes with what lies under its invalid tokens/,
    plugin: aligned(({ pooled, target, valid }, { tf }) => {
      const padded = tf.mul(tf.cast(target!, 'float32'), tf.cast(tf.logicalNot(valid), 'float32'));
      return { pooled: tf.add(pooled, tf.mul(0.1, tf.sum(padded, 1, true))) };
    }),
  },
  'pools over padding': {
    breaks: 'padding-changes-nothing',
    says: /Sample \d gives something else in a longer bucket/,
    plugin: aligned(({ values }, { tf }) => ({ pooled: tf.mean(values, 1) })),
  },
  'normalises over the batch': {
    breaks: 'sample-does-not-depend-on-others',
    says: /A sample gives other tokens alone than in a batch with others/,
    plugin: aligned((tokens, context) => {
      const mean = context.tf.mean(tokens.pooled, 0, true);
      return { pooled: context.tf.mul(context.tf.add(tokens.pooled, mean), there(context, tokens)) };
    }),
  },
  'numbers the rows': {
    breaks: 'order-of-samples-does-not-matter',
    says: /Sample \d gives something else in a batch of another order/,
    plugin: aligned((tokens, context) => {
      const row = context.tf.expandDims(context.tf.range(0, tokens.valid.shape[0]!), 1);
      return { pooled: context.tf.add(tokens.pooled, context.tf.mul(row, there(context, tokens))) };
    }),
  },
  'shows what is hidden when it aligns': {
    breaks: 'align-keeps-tokens',
    says: /align changes hidden/,
    plugin: aligned(({ hidden }, { tf }) => ({ hidden: tf.zerosLike(hidden) })),
  },
  'swaps its first two tokens': {
    breaks: 'align-keeps-order',
    says: /A change of token 0 of encode appears at token 1 of align/,
    plugin: aligned(({ values }, { tf }) => {
      const [batch, tokens, width] = values.shape as [number, number, number];
      if (tokens < 2) return {};
      const part = (from: number, count: number) => tf.slice(values, [0, from, 0], [batch, count, width]);
      return { values: tf.concat([part(1, 1), part(0, 1), part(2, tokens - 2)], 1) };
    }),
  },
  'adds a bias after pooling': {
    breaks: 'absent-sample-pools-to-zeros',
    says: /The pooled vector of an absent sample is \[/,
    plugin: aligned(({ pooled }, context) => ({ pooled: context.tf.add(pooled, context.weight('align/bias')) })),
  },
  'scores one class more': {
    breaks: 'target-scores-tokens',
    says: /target\.score gives \[5,5,11\]; it must be \[5,5,10\]/,
    plugin: digitsPlugin(({ target }) => ({
      target: {
        ...target,
        score: (hidden: never, context: StepContext) => {
          const scores = target!.score(hidden, context);
          return context.tf.pad(scores, [
            [0, 0],
            [0, 0],
            [0, 1],
          ]);
        },
      },
    })),
  },
  'doubles its gradients': {
    breaks: 'gradients-are-right',
    says: /Wrong gradients: .*mix\/kernel/,
    plugin: encoded(({ values }, _, __, { tf }) => ({
      values: tf.customGrad((x) => ({
        value: tf.clone(x as never),
        gradFunc: (dy) => tf.mul(dy as never, 2),
      }))(values),
    })),
  },
  'declares a weight that it does not use': {
    breaks: 'every-weight-gets-a-gradient',
    says: /The weight "spare\/kernel" gets no gradient/,
    plugin: digitsPlugin(({ init }) => ({
      init: (context: Parameters<typeof init>[0]) => {
        init(context);
        initLinear(context, 'spare', 2, 2);
      },
    })),
  },
  'keeps a number beside its weights': {
    breaks: 'weights-alone-are-the-model',
    says: /With its weights and state loaded, sample 0 gives something else/,
    plugin: digitsPlugin(({ align }) => {
      const own = 1 + (declared++ % 7);
      return {
        align: (...args: Parameters<Align>) => {
          const given = align(...args);
          return { ...given, pooled: args[2].tf.mul(given.pooled, own) };
        },
      };
    }),
  },
  'keeps a tensor of each step': {
    breaks: 'no-tensor-is-left',
    says: /A step leaves 1 tensors behind/,
    plugin: encoded((_, __, ___, { tf }) => {
      tf.keep(tf.scalar(1));
      return {};
    }),
  },
  'reads a tensor': {
    breaks: 'step-reads-nothing',
    says: /A step reads a tensor on the host 1 times/,
    plugin: aligned(({ values }) => {
      values.dataSync();
      return {};
    }),
  },
  'draws numbers of its own': {
    breaks: 'random-numbers-are-keyed',
    says: /Run twice on one batch with one key, operation \d+ is/,
    plugin: encoded(({ values }, _, __, { tf, training }) => ({
      values: training ? tf.mul(values, tf.scalar(0.9 + 0.1 * Math.random())) : values,
    })),
  },
  'hands data past the arrays': {
    breaks: 'encode-can-be-captured',
    says: /For two batches of one shape operation \d+ is/,
    plugin: digitsPlugin(({ collate, encode }) => {
      let seen = 0;
      return {
        collate: (...args: Parameters<typeof collate>) => {
          seen = args[0].reduce((sum, sample, row) => sum + row * (sample?.ids.length ?? 0), 0);
          return collate(...args);
        },
        encode: (...args: Parameters<Encode>) => {
          const tokens = encode(...args);
          return { ...tokens, values: args[2].tf.mul(tokens.values, args[2].tf.scalar(1 + 1e-7 * seen)) };
        },
      };
    }),
  },
};
