/**
 * Balance: a picture of a digit, which is easy, and a voice that says it in noise, which is hard. Trained together, the voice's
 * tower is left behind; which balancer helps?
 *
 *   npm run recipe -- balance
 *   npx modalkit train recipes/balance --run runs/plain      the plain joint training alone
 *
 * 4,000 samples for training, 2,000 held out, 500 steps of 64; a tower's accuracy is that of a linear probe on it, frozen, after as many
 * steps again. Seeds 0, 1 and 2 together: the voice by itself 0.771, plainly joint 0.488 (28.3 points behind), with own heads and
 * GradNorm 0.761 (1.0 behind), with own heads and the voice weighted 3 0.768 (0.3 behind); fused 0.969, 0.980 and 0.981. Not every balancer
 * helps: the table is in docs/guides/balance.md. 30 to 60 s for a training and 15 for its probe, on two cores beside other work; 1 GB.
 */
import { joint, project } from './project.js';

export default project({
  title: 'Plain joint training',
  ...joint,
  train: { contribution: { head: 'both', target: 'digit' } },
});
