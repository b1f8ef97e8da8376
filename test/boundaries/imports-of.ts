import ts from 'typescript';
import { nodesOf, type SourceFile } from './source-tree.js';

export interface Import {
  readonly specifier: string;
  /** Nothing is left of it at run time. */
  readonly typeOnly: boolean;
}

/** What a file imports: static, dynamic, `require`, `require.resolve`, `import.meta.resolve`, types and re-exports. */
export function importsOf({ ast }: SourceFile): Import[] {
  return [...nodesOf(ast)].flatMap((node): Import[] => {
    const found = staticImport(node) ?? typeImport(node) ?? call(node);
    return found ? [found] : [];
  });
}

/** `import … from`, `export … from`, `import x = require()`. An `import { type X }` stays at run time as `import {}`. */
function staticImport(node: ts.Node): Import | undefined {
  if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier))
    return { specifier: node.moduleSpecifier.text, typeOnly: node.importClause?.isTypeOnly === true };
  if (ts.isExportDeclaration(node) && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier))
    return { specifier: node.moduleSpecifier.text, typeOnly: node.isTypeOnly };
  if (ts.isExternalModuleReference(node) && ts.isStringLiteralLike(node.expression))
    return { specifier: node.expression.text, typeOnly: false };
  return undefined;
}

/** `import('…').Name` where a type stands. */
function typeImport(node: ts.Node): Import | undefined {
  if (!ts.isImportTypeNode(node) || !ts.isLiteralTypeNode(node.argument)) return undefined;
  const { literal } = node.argument;
  return ts.isStringLiteral(literal) ? { specifier: literal.text, typeOnly: true } : undefined;
}

const LOADERS =
  /^(?:import|require|require\.resolve|import\.meta\.resolve|(?:\w+\.)?createRequire\(.*\)(?:\.resolve)?)$/s;

function call(node: ts.Node): Import | undefined {
  if (!ts.isCallExpression(node)) return undefined;
  const [first] = node.arguments;
  if (!first || !ts.isStringLiteralLike(first) || !LOADERS.test(node.expression.getText())) return undefined;
  return { specifier: first.text, typeOnly: false };
}
