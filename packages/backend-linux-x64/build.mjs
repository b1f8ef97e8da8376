// Builds tfjs_binding.node, quiet.node and prebuilt.json: node build.mjs <folder of an unpacked tensorflow wheel>
// The folder holds tensorflow/libtensorflow_cc.so.2, tensorflow/libtensorflow_framework.so.2 and tensorflow/include.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const TENSORFLOW = '2.21.0';
const SOURCES = ['tfjs_backend.cc', 'tfjs_binding.cc'];

const here = import.meta.dirname;
const require = createRequire(import.meta.url);
const wheel = process.argv[2];
if (!wheel) {
  console.error('build.mjs: say which folder holds the unpacked wheel: node build.mjs <folder>');
  process.exit(2);
}
const source = dirname(require.resolve('@tensorflow/tfjs-node-gpu/package.json'));
const napi = require('node-api-headers').include_dir;
const FLAGS = ['-std=c++17', '-O2', '-fPIC', '-shared', '-s', '-DNAPI_VERSION=8', '-Wl,--build-id=none'];
const ADDONS = {
  'quiet.node': [join(here, '../backend/native/quiet.cc')],
  'tfjs_binding.node': [
    `-I${join(wheel, 'tensorflow/include')}`,
    `-I${napi}`,
    ...SOURCES.map((name) => join(source, 'binding', name)),
    join(here, '../backend/native/fused-ops.cc'),
    join(here, 'src/gcc-compat.cc'),
    '-Wl,-rpath,$ORIGIN/../deps/lib',
    `-L${join(wheel, 'tensorflow')}`,
    '-l:libtensorflow_cc.so.2',
    '-l:libtensorflow_framework.so.2',
  ],
};
const files = {};
for (const [name, args] of Object.entries(ADDONS)) {
  execFileSync('g++', [...FLAGS, ...args, '-o', join(here, name)], { stdio: 'inherit' });
  files[name] = createHash('sha256')
    .update(readFileSync(join(here, name)))
    .digest('hex');
}
const prebuilt = {
  files,
  source: `@tensorflow/tfjs-node-gpu@${require('@tensorflow/tfjs-node-gpu/package.json').version}`,
  tensorflow: TENSORFLOW,
  compiler: execFileSync('g++', ['--version'], { encoding: 'utf8' }).split('\n')[0],
  nodeApi: 8,
};
writeFileSync(join(here, 'prebuilt.json'), `${JSON.stringify(prebuilt, null, 2)}\n`);
console.log(prebuilt);
