import { accuracy, missingInputs } from '@modalkit/core';
import { joint, project } from './project.js';

/**
 * Accuracy against the share of samples that lack an input, with and without modality dropout:
 *
 *   npx modalkit compare recipes/balance/missing.config.ts --run runs/missing
 */
export default {
  ...project({
    title: 'Inputs that are missing',
    ...joint,
    metrics: {
      both: accuracy({ head: 'both', target: 'digit' }),
      missing: missingInputs({ inputs: ['image', 'audio'], head: 'both', target: 'digit' }),
    },
  }),
  sweep: { kind: 'grid', settings: { 'train.inputDropout': [0, 0.5] }, metric: 'missing/both/0.5' },
};
