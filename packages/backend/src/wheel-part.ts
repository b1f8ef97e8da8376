import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ModalkitError } from '@modalkit/contract';
import { cudaPart } from './cuda-part.js';
import { hashFile } from './hash-file.js';
import type { InstallPart, PartContext } from './install-part.js';
import { runPip } from './pip.js';
import { unzipFiles } from './unzip-files.js';
import { PYTHON, type Wheel } from './wheels.js';

const HEADERS =
  /^tensorflow\/include\/(tensorflow\/c\/|tensorflow\/core\/(platform\/ctstring|common_runtime\/next_pluggable_device\/c\/tf_rendezvous_c_api)|tsl\/platform\/(ctstring|platform)|xla\/tsl\/c\/).*\.h$/;

/** TensorFlow's libraries under `deps/lib` and its C headers under `deps/include`, from the wheel that pip fetches. */
export function wheelPart(wheel: Wheel): InstallPart {
  return async (folder, context) => {
    const downloads = join(folder, 'download');
    const requirement = `${wheel.project}==${wheel.version}`;
    const path = await downloadWheel(requirement, wheel.tags, downloads, wheel.bytes, context);
    const sha256 = await hashFile(path, context.signal);
    if (sha256 !== wheel.sha256) throw wrongHash(requirement, sha256, wheel.sha256);
    const count = await unzipFiles(path, folder, (name) => placeOf(name, wheel), {
      signal: context.signal,
      onBytes: (done) => context.onProgress?.({ task: 'unpack TensorFlow', done, total: wheel.unpackedBytes }),
    });
    if (count < wheel.libraries.length) throw new Error(`${requirement} holds no ${wheel.libraries.join(', ')}`);
    if (wheel.gpu) await cudaPart(path, wheel)(folder, context);
    await rm(downloads, { recursive: true });
    return { tensorflow: wheel.version, wheel: wheel.project, sha256 };
  };
}

/** Where a file of the wheel goes, or undefined when it is not needed. */
function placeOf(name: string, wheel: Wheel): string | undefined {
  const library = wheel.libraries.find((file) => name === `tensorflow/${file}`);
  if (library) return `deps/lib/${library}`;
  return HEADERS.test(name) ? name.replace(/^tensorflow\//, 'deps/') : undefined;
}

/** Has pip download one wheel for the given platform tags, whatever Python runs pip, and returns its path. */
export async function downloadWheel(
  requirement: string,
  tags: readonly string[],
  folder: string,
  bytes: number,
  context: PartContext,
): Promise<string> {
  const temporary = join(folder, 'pip');
  await mkdir(temporary, { recursive: true });
  const before = new Set(await readdir(folder));
  const watch = setInterval(async () => {
    const done = await folderBytes(folder).catch(() => 0);
    context.onProgress?.({ task: `download ${requirement}`, done: Math.min(done, bytes), total: bytes });
  }, 500);
  try {
    const python = ['--python-version', PYTHON.version, '--implementation', 'cp', '--abi', PYTHON.abi];
    const platforms = tags.flatMap((tag) => ['--platform', tag]);
    const args = ['download', '--no-deps', '--only-binary=:all:', ...platforms, ...python, '-d', folder, requirement];
    // pip's temporary files stay within the folder: on the disk whose space was checked, and swept with it
    const env = { ...process.env, TMPDIR: temporary, TEMP: temporary, TMP: temporary };
    await runPip(args, requirement, { env, signal: context.signal });
  } finally {
    clearInterval(watch);
  }
  const wheel = (await readdir(folder)).find((name) => name.endsWith('.whl') && !before.has(name));
  if (!wheel) throw new Error(`pip left no wheel of ${requirement}`);
  return join(folder, wheel);
}

async function folderBytes(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(file.parentPath, file.name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

function wrongHash(requirement: string, found: string, expected: string): ModalkitError {
  return new ModalkitError(
    'BACKEND',
    `native backend: the wheel of ${requirement} that pip fetched is not the published one (sha256 ${found}, expected ${expected}); it was thrown away: check the index in "pip config list".`,
    { reason: 'hash', found, expected },
  );
}
