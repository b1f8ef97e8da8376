import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { type Ended, modalkit } from '../journeys/tools/modalkit.js';
import { faultyProject } from './plugins/faulty-project.js';

/** Ten words that nothing may repeat. */
const CANARIES = Array.from({ length: 10 }, (_, index) => `canary${index}x9f3`);
const [env, npm, file, user, password, token, secret, key, bearer, nested] = CANARIES as [string, ...string[]] &
  string[];

const project = faultyProject(
  'workers: 1',
  JSON.stringify({
    address: `rtsp://${user}:${password}@camera.example/1`,
    token,
    clientSecret: secret,
    api_key: key,
    authorization: `Bearer ${bearer}`,
    devices: [{ name: 'left', password: nested }],
    tokens: 'a plain word',
  }),
);
afterAll(() => project.remove());

function bytesBelow(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n');
}

const found = (text: string): string[] => CANARIES.filter((canary) => text.includes(canary));

it('F22: no secret of the environment, of npm or of a plugin is in what commands say, save or leave behind', {
  timeout: 120_000,
}, async () => {
  writeFileSync(join(project.folder, '.npmrc'), `//registry.example/:_authToken=${npm}\n`);
  writeFileSync(join(project.folder, '.env'), `KEY=${file}\n`);
  const place = (fault = {}) => ({
    cwd: project.folder,
    env: { ACME_TOKEN: env, NODE_AUTH_TOKEN: env, MODALKIT_TEST_FAULT: JSON.stringify(fault) },
  });
  const [run, broken] = [project.run('run'), project.run('broken')];
  const ended: Ended[] = [];
  for (const args of [
    ['train', '.', '--run', run, '--json'],
    ['list', '.', '--json'],
    ['inspect', '.', '--run', run],
  ])
    ended.push(await modalkit(args, place()));
  ended.push(await modalkit(['train', '.', '--run', broken], place({ fault: 'throw', hook: 'encode', run: broken })));
  ended.push(await modalkit(['train', '.', '--run', project.run('ended')], place({ fault: 'exit', hook: 'align' })));
  expect(ended[0]!.code, ended[0]!.stderr).toBe(0);
  for (const { stdout, stderr } of ended) expect(found(stdout + stderr)).toEqual([]);
  for (const folder of [run, broken]) expect(found(bytesBelow(folder))).toEqual([]);
  const saved = readFileSync(join(run, 'run.json'), 'utf8');
  expect(saved).toContain('rtsp://***@camera.example/1');
  expect(saved).toContain('a plain word');
  // control: the same search finds them where they are
  expect(found(bytesBelow(project.folder)).length).toBe(9);
});
