// The five-digit recipe's model with gaps and lengths as recorded, beside the usual padded PyTorch loop on the same samples:
//   npm run bench -- ragged --json --python <python of a virtual environment that has torch> [--pairs 20] [--threads 2]
import { parseArgs } from 'node:util';
import { compareRagged } from './ragged/compare.mjs';

export async function bench(args) {
  const text = { type: 'string' };
  const options = { python: text, pairs: text, threads: text, json: { type: 'boolean' } };
  const { values } = parseArgs({ args, options, allowPositionals: true });
  const { python = 'python3', pairs = '20', threads } = values;
  return compareRagged(python, Number(pairs), threads && Number(threads));
}
