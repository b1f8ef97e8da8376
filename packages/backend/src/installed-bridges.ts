import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Where tfjs-node-gpu is installed: seen from this package, and from the project in the working folder. */
export function installedBridges(): string[] {
  return [import.meta.url, join(process.cwd(), 'package.json')].flatMap((from) => {
    try {
      return [dirname(createRequire(from).resolve('@tensorflow/tfjs-node-gpu/package.json'))];
    } catch {
      return [];
    }
  });
}
