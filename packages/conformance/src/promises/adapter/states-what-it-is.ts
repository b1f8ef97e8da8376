import type { Adapter } from '@modalkit/contract';
import { CONTRACT } from '@modalkit/contract';
import type { AdapterBench } from '../../adapter-bench.js';
import { broken, type Promised } from '../../promised.js';

const KINDS = { positions: ['time', 'box', 'order'], masks: ['random', 'span', 'block', 'tube', 'drop'] } as const;

export const statesWhatItIs: Promised<Adapter, AdapterBench> = {
  id: 'states-what-it-is',
  title: 'the adapter states its package, the contract it was written for, and what it supports',
  check({ adapter, given: { plugin } }) {
    const { id, modality, contract, version, supports } = adapter;
    for (const [name, value] of Object.entries({ id, modality, version }))
      if (typeof value !== 'string' || value === '') broken(`${name} must be a word; it is ${JSON.stringify(value)}.`);
    if (id !== plugin.id)
      broken(`The adapter's id is "${id}" and the plugin's "${plugin.id}"; both are the package's name.`);
    for (const [who, number] of Object.entries({ adapter: contract, plugin: plugin.contract }))
      if (number !== CONTRACT)
        broken(`The ${who} states contract ${number}, this kit judges ${CONTRACT}: write \`contract: CONTRACT\`.`);
    if (typeof supports?.paddingInvariant !== 'boolean')
      broken('supports.paddingInvariant must be true or false; true for all but batch normalisation and its like.');
    for (const [field, known] of Object.entries(KINDS))
      for (const kind of supports[field as keyof typeof KINDS] ??
        broken(`supports.${field} is missing; list them, [] for none.`))
        if (!(known as readonly string[]).includes(kind))
          broken(`supports.${field} names "${kind}"; there are ${known.join(', ')}.`);
  },
};
