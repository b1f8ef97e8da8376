import type { Adapter } from '@modalkit/contract';
import type { AdapterBench } from '../../adapter-bench.js';
import { broken, type Promised } from '../../promised.js';

export const weightsAreDeclaredAlike: Promised<Adapter, AdapterBench> = {
  id: 'weights-are-declared-alike',
  title: 'init declares the same names and shapes every time',
  check({ model, newModel }) {
    const declared = ({ weights }: typeof model) => [...weights].map(([name, { shape }]) => `${name} [${shape}]`);
    const other = newModel(9);
    const [once, twice] = [declared(model), declared(other)];
    other.dispose();
    const differs = once.find((each, at) => each !== twice[at]) ?? twice[once.length];
    if (differs)
      broken(
        `init declares ${differs} at one time and not at another; names and shapes follow from options and state alone.`,
      );
    const odd = [...model.weights.keys()].find((name) => /^\/|\/\/|\/$|\s/.test(name) || name === '');
    if (odd !== undefined) broken(`A weight is called "${odd}"; use words with / between them.`);
  },
};
