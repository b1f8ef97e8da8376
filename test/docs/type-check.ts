import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { type Block, ROOT } from './documents.js';

const FOLDER = join(ROOT, 'test', 'docs');

/** Type errors of TypeScript blocks, each block a module of its own beside this file, in one program; nothing is written. */
export function typeErrors(blocks: readonly Block[]): string[] {
  const byPath = new Map(blocks.map((block, index) => [join(FOLDER, `block-${index}.ts`), block]));
  const options = { ...compilerOptions(), noUnusedLocals: false, moduleDetection: ts.ModuleDetectionKind.Force };
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (path) => byPath.has(path) || fileExists(path);
  host.readFile = (path) => byPath.get(path)?.code ?? readFile(path);
  host.getSourceFile = (path, version, ...rest) => {
    const block = byPath.get(path);
    return block ? ts.createSourceFile(path, block.code, version, true) : getSourceFile(path, version, ...rest);
  };
  const program = ts.createProgram([...byPath.keys()], options, host);
  return [...byPath].flatMap(([path, { place }]) => {
    const source = program.getSourceFile(path)!;
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
      ({ messageText }) => `${place}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
    );
  });
}

function compilerOptions(): ts.CompilerOptions {
  const file = join(ROOT, 'tsconfig.base.json');
  const { config } = ts.parseConfigFileTextToJson(file, readFileSync(file, 'utf8'));
  return ts.convertCompilerOptionsFromJson(config.compilerOptions, ROOT).options;
}
