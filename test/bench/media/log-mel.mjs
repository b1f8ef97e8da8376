// Log-mel spectrograms (16 kHz, windows of 400, hop 160, 80 mels) in times real time, one thread each. The peers run in the
// same rounds where a Python has them: npm run bench -- media --python <venv>/bin/python, or MODALKIT_PYTHON.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { logMel } from '@modalkit/audio';

const OPTIONS = { rate: 16_000, fftSize: 400, hop: 160, mels: 80 };
const SECONDS = 30;
const ROUNDS = 40;
const PEERS = fileURLToPath(new URL('log-mel-peers.py', import.meta.url));

/** `{ ours, peer, ratio, torchaudio }`: best rounds; `peer` is librosa and `ratio` ours to it; null where there is none. */
export async function benchLogMel({ python = pythonOf(process.argv) } = {}) {
  const signal = voiceLike(SECONDS * OPTIONS.rate);
  const peers = await startPeers(python, signal);
  const best = {};
  let oursMean;
  try {
    for (let round = 0; round < ROUNDS; round++) {
      for (const name of ['ours', ...peers.names]) {
        const [seconds, mean] = name === 'ours' ? runOurs(signal) : await peers.run(name);
        best[name] = Math.min(best[name] ?? seconds, seconds);
        if (name === 'ours') oursMean = mean;
        if (Math.abs(mean - oursMean) > 1e-3)
          throw new Error(`log-mel: ${name} computes another spectrogram (mean ${mean}, ours ${oursMean}).`);
      }
    }
  } finally {
    peers.stop();
  }
  const times = (name) => (best[name] ? Math.round(SECONDS / best[name]) : null);
  const ratio = best.librosa ? Number((best.librosa / best.ours).toFixed(2)) : null;
  return { ours: times('ours'), peer: times('librosa'), ratio, torchaudio: times('torchaudio') };
}

function pythonOf(args) {
  const flag = args.indexOf('--python');
  return flag >= 0 ? args[flag + 1] : process.env.MODALKIT_PYTHON;
}

/** A gliding tone with overtones in noise, with pauses. */
function voiceLike(count) {
  let state = 1;
  return Float32Array.from({ length: count }, (_, i) => {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    const time = i / OPTIONS.rate;
    const pitch = 2 * Math.PI * (120 * time + 5 * Math.sin(2 * time));
    const voice = Math.sin(pitch) + 0.5 * Math.sin(3 * pitch) + 0.2 * Math.sin(9 * pitch);
    return (time % 1 < 0.7 ? 0.2 * voice : 0) + 0.01 * (state / 2 ** 31 - 1);
  });
}

function runOurs(signal) {
  const start = performance.now();
  const mel = logMel(signal, OPTIONS);
  const seconds = (performance.now() - start) / 1000;
  return [seconds, mel.reduce((sum, value) => sum + value, 0) / mel.length];
}

async function startPeers(python, signal) {
  if (!python) return { names: [], stop: () => {} };
  const folder = mkdtempSync(join(tmpdir(), 'modalkit-log-mel-'));
  const file = join(folder, 'signal.f32');
  writeFileSync(file, signal);
  const { rate, fftSize, hop, mels } = OPTIONS;
  const threads = { OMP_NUM_THREADS: '1', MKL_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', NUMBA_NUM_THREADS: '1' };
  const child = spawn(python, [PEERS, file, ...[rate, fftSize, hop, mels].map(String)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...threads },
  });
  const stop = () => {
    child.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`log-mel: ${python} ended before it answered; is it a Python with NumPy?`);
    return JSON.parse(value);
  };
  try {
    const names = await answer();
    const run = (name) => {
      child.stdin.write(`${name}\n`);
      return answer();
    };
    return { names, run, stop };
  } catch (error) {
    stop();
    throw error;
  }
}
