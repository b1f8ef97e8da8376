import { fileURLToPath } from 'node:url';
import { loadProject } from '@modalkit/core';
import { expect, test } from 'vitest';

const config = fileURLToPath(new URL('../modalkit.config.ts', import.meta.url));

test('every part of the config is there and fits the others', async () => {
  const project = await loadProject(config);
  expect(project.inputNames.length).toBeGreaterThan(0);
  await project.dispose();
});
