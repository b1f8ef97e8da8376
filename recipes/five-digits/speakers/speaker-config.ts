import { audio } from '@modalkit/audio';
import { accuracy, classify, crossEntropy, defineConfig, jsonl } from '@modalkit/core';

/**
 * The digit from the voice alone, tested on a person whom training never hears; trained on three others and synthetic voices.
 * @param person `jackson`, `nicolas`, `theo` or `yweweler`
 */
export const speakerConfig = (person: string) =>
  defineConfig({
    title: `Digits said by ${person}, learnt from everybody else`,
    inputs: {
      audio: audio({
        rate: 8000,
        fftSize: 256,
        mels: 40,
        encoder: 'cnn',
        stages: [24, 48, 96],
        width: 96,
        augment: {
          tract: 0.2,
          tempo: 0.25,
          gain: 6,
          noise: 25,
          frequencyMasks: 2,
          frequencyMask: 8,
          timeMasks: 2,
          timeMask: 0.15,
        },
      }),
    },
    space: { width: 96 },
    heads: { digit: classify({ classes: 10, from: 'audio' }) },
    objectives: { digit: crossEntropy({ head: 'digit', labelSmoothing: 0.1 }) },
    metrics: { digit: accuracy({ head: 'digit' }) },
    data: { source: jsonl({ path: `../data/speaker-${person}.jsonl` }), batch: 64 },
    train: {
      steps: 600,
      learningRate: 2e-3,
      warmUp: 50,
      optimiser: { kind: 'adamw', weightDecay: 0.1 },
      average: 0.99,
      saveEvery: 600,
    },
  });
