// Writes the declarations of every package, dist/**/*.d.ts, in one TypeScript program: docs/decisions/build.md says why.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import ts from 'typescript';
import { filesBelow, ROOT, workspacePackages } from './packages.mjs';

const packages = workspacePackages().filter(({ manifest }) => manifest.scripts?.build);
const base = ts.readConfigFile(join(ROOT, 'tsconfig.base.json'), ts.sys.readFile).config;
const options = {
  ...ts.convertCompilerOptionsFromJson(base.compilerOptions, ROOT).options,
  noEmit: false,
  noCheck: true, // `npm run typecheck` is the check; this only writes
  declaration: true,
  emitDeclarationOnly: true,
  rootDir: ROOT,
  outDir: ROOT,
};
const sources = packages.flatMap(({ folder }) =>
  filesBelow(join(folder, 'src')).filter((file) => file.endsWith('.ts')),
);
const written = new Map();
const { diagnostics } = ts.createProgram(sources, options).emit(undefined, (file, text) => {
  const [parent, name, , ...inner] = relative(ROOT, file).split(sep);
  written.set(join(ROOT, parent, name, 'dist', ...inner), text);
});
if (diagnostics.length > 0) {
  const host = { getCanonicalFileName: (name) => name, getCurrentDirectory: () => ROOT, getNewLine: () => '\n' };
  process.stderr.write(ts.formatDiagnostics(diagnostics, host));
  process.exit(1);
}
for (const { folder } of packages) {
  const dist = join(folder, 'dist');
  mkdirSync(dist, { recursive: true });
  for (const file of filesBelow(dist)) if (file.endsWith('.d.ts') && !written.has(file)) rmSync(file);
}
for (const [file, text] of written) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
