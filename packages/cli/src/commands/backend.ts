import { backendInfo, installNative } from '@modalkit/backend';
import { createOutput } from '../output.js';

/** `modalkit backend install`. */
export async function install({ json }: { readonly json?: boolean }): Promise<void> {
  const output = createOutput(json);
  let last = 0;
  const installed = await installNative({
    onProgress: (progress) => {
      if (performance.now() - last < 2000) return;
      last = performance.now();
      output.say(typeof progress === 'string' ? progress : Object.values(progress).join(' '));
    },
  });
  output.say(`Installed in ${installed.folder}`);
  output.result(installed);
}

/** `modalkit backend info`. */
export async function info({ json }: { readonly json?: boolean }): Promise<void> {
  const output = createOutput(json);
  const found = await backendInfo();
  for (const [name, value] of Object.entries(found))
    output.say(`${name.padEnd(10)} ${typeof value === 'object' ? JSON.stringify(value) : value}`);
  output.result(found);
}
