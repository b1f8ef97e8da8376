import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Wheel } from '../src/wheels.js';

const SCRIPT = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], 'w', zipfile.ZIP_DEFLATED) as z:
    z.writestr('tensorflow/libtensorflow_cc.so.2', b'library ' * 100000)
    z.writestr('tensorflow/libtensorflow_framework.so.2', b'framework ' * 1000)
    z.writestr('tensorflow/include/tensorflow/c/c_api.h', b'// header')
    z.writestr('tensorflow/python/unwanted.py', b'pass')
    z.writestr('tensorflow_cpu-9.9.9.dist-info/METADATA', 'Metadata-Version: 2.1\\nName: tensorflow-cpu\\nVersion: 9.9.9\\n')
    z.writestr('tensorflow_cpu-9.9.9.dist-info/WHEEL', 'Wheel-Version: 1.0\\nRoot-Is-Purelib: false\\nTag: cp312-cp312-manylinux_2_27_x86_64\\n')
    z.writestr('tensorflow_cpu-9.9.9.dist-info/RECORD', '')
`;

/** Writes a tiny wheel of the shape of TensorFlow's into `folder`, for pip's `--find-links`. */
export function fakeWheel(folder: string): Wheel {
  const path = join(folder, 'tensorflow_cpu-9.9.9-cp312-cp312-manylinux_2_27_x86_64.whl');
  execFileSync('python3', ['-c', SCRIPT, path]);
  return {
    platform: 'linux-x64',
    gpu: false,
    project: 'tensorflow-cpu',
    version: '9.9.9',
    sha256: createHash('sha256').update(readFileSync(path)).digest('hex'),
    bytes: statSync(path).size,
    unpackedBytes: 810_000,
    tags: ['manylinux_2_27_x86_64'],
    libraries: ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'],
  };
}
