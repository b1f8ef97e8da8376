/**
 * Masked pre-training on the five inputs of recipes/five-digits, without labels; what the towers have learnt is asked by linear probes.
 *
 *   npm run recipe -- masked      data, pre-training, random encoders, hidden words, summary
 *
 * 83 minutes of processor time. The whole caption is hidden, so that its words can come from what is seen and heard alone; voice and pen have
 * the first 300 steps, film the first 1,000, the picture the rest, all together the last 100. Seed 0, 10 labels a class: image 0.83 (random
 * encoder 0.43), audio 0.29 (0.21), video 0.77 (0.39), sensor 0.62 (0.53); hidden words 0.41 (the commonest token 0.12); image with all
 * labels 0.906 (0.66), of which 0.93 is asked. The same probe on the pixels of these pictures, 28x28, has 0.72 with 10 labels a class
 * and 0.87 with all.
 */
import { project } from './project.js';

export default project({ title: 'Masked pre-training, words from all inputs' });
