import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The folder of tfjs-node-gpu when this package, or the project in the working folder, has it installed. */
export function installedBridge(): string | undefined {
  for (const from of [import.meta.url, join(process.cwd(), 'package.json')]) {
    try {
      return dirname(createRequire(from).resolve('@tensorflow/tfjs-node-gpu/package.json'));
    } catch {}
  }
  return undefined;
}
