import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runChild } from '../../recipes/tools/children.mjs';
import { ROOT } from '../../recipes/tools/packages.mjs';

it('the public types of every package are those of its report in test/packaging/api', {
  timeout: 600_000,
}, async () => {
  const { code, output } = await runChild(process.execPath, [join(ROOT, 'recipes/tools/api-reports.mjs')], {
    cwd: ROOT,
  });
  expect(code, output).toBe(0);
  // control: what is guarded is really in there
  expect(readFileSync(join(ROOT, 'test/packaging/api/contract.api.md'), 'utf8')).toContain('export const CONTRACT = ');
});
