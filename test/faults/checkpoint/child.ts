import { existsSync, mkdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { lockFolder, openCheckpoints, writeSafetensors } from '../../../packages/core/src/checkpoint/index.js';
import { tinyCheckpoint } from './tiny-checkpoint.js';

const [, , mode, folder, value] = process.argv as unknown as [string, string, string, string, string];
const say = (outcome: unknown) => process.stdout.write(`${JSON.stringify(outcome)}\n`);
const goOn = () => new Promise<void>((resolve) => createInterface(process.stdin).once('line', () => resolve()));

const modes: Record<string, () => Promise<void>> = {
  /** One save of a run: locks, opens, saves, releases. */
  save: async () => {
    const lock = await lockFolder(folder);
    const checkpoints = await openCheckpoints(folder, { keep: 2, lock });
    await checkpoints.save(Number(value), tinyCheckpoint(Number(value)));
    await lock.release();
    say({ saved: Number(value) });
  },
  /** Holds the folder until told to go on, then saves. */
  hold: async () => {
    const lock = await lockFolder(folder);
    const checkpoints = await openCheckpoints(folder, { keep: 2, lock });
    say({ token: lock.token });
    await goOn();
    await checkpoints.save(Number(value), tinyCheckpoint(Number(value)));
    say({ saved: Number(value) });
  },
  /** The control: files written over the old ones, as tfjs-node does. */
  inPlace: async () => {
    const content = tinyCheckpoint(Number(value), 400_000);
    if (!existsSync(folder)) mkdirSync(folder);
    await writeFile(join(folder, 'state.json'), JSON.stringify(content.documents.state));
    await writeFile(join(folder, 'weights.safetensors'), writeSafetensors(content.tensors.weights!));
    say({ saved: Number(value) });
  },
};

try {
  await modes[mode]!();
  process.exit(0);
} catch (error) {
  const { code, message } = error as { code?: string; message: string };
  say({ code, message });
  process.exit(1);
}
