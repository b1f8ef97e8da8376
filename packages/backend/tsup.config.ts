import { defineConfig } from 'tsup';
import base from '../../tsup.config';

export default defineConfig({
  ...base,
  entry: ['src/index.ts', 'src/js.ts'],
  // tfjs-core publishes its gradients only as modules that Node itself cannot load
  noExternal: [/register_all_gradients/],
});
