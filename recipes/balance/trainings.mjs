/** The trainings of the recipe: what they are called in the table, and their configs; the first is what the others are measured against. */
export const TRAININGS = [
  { name: 'apart', title: 'each input by itself' },
  { name: 'plain', title: 'joint, plain', config: 'modalkit.config.ts' },
  { name: 'input-dropout', title: 'joint, input dropout 0.5' },
  { name: 'gradient-modulation', title: 'joint, OGM-GE' },
  { name: 'own-heads', title: 'own heads, fixed weights' },
  { name: 'weighted', title: 'own heads, voice weighted 3' },
  { name: 'uncertainty-weighting', title: 'own heads, uncertainty weighting' },
  { name: 'gradient-blending', title: 'own heads, gradient blending' },
  { name: 'pc-grad', title: 'own heads, PCGrad' },
  { name: 'grad-norm', title: 'own heads, GradNorm' },
  { name: 'curriculum', title: 'own heads, picture from step 200' },
].map(({ name, title, config = `${name}.config.ts` }) => ({ name, title, config: `recipes/balance/${config}` }));

/** The linear probe that every training is followed by. */
export const PROBE = 'recipes/balance/probe.config.ts';
