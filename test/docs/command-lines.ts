import { createProgram } from 'modalkit';
import { blocksOf, type Document, inlineCodeOf } from './documents.js';

/** Lines of the shell blocks of a document, without prompts and comments. */
export function shellLinesOf(document: Document): string[] {
  return blocksOf(document, 'sh')
    .flatMap(({ code }) => code.split('\n'))
    .map((line) => line.replace(/^\$ /, '').trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** `modalkit` command lines of a document: those in its shell blocks, and those in the prose that are whole. */
export function commandLinesOf(document: Document): string[] {
  const whole = inlineCodeOf(document).filter((code) => !/[<…|*]/.test(code));
  return [...shellLinesOf(document), ...whole].filter((line) => /^(?:npx )?modalkit \S/.test(line));
}

type Command = ReturnType<typeof createProgram>;

/** What the command itself finds wrong with a line, or undefined. Nothing is carried out. */
export async function problemOf(line: string): Promise<string | undefined> {
  const program = harmless(createProgram());
  try {
    await program.parseAsync(wordsOf(line.replace(/^(?:npx )?modalkit /, '')), { from: 'user' });
    return undefined;
  } catch (error) {
    return (error as { exitCode?: number }).exitCode === 0 ? undefined : (error as Error).message;
  }
}

function harmless(command: Command): Command {
  command.exitOverride().configureOutput({ writeOut: () => undefined, writeErr: () => undefined });
  if (command.commands.length === 0) command.action(() => undefined);
  for (const each of command.commands) harmless(each);
  return command;
}

function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare!);
}

/** Scripts of package.json that a document tells people to run. */
export function scriptsOf(document: Document): string[] {
  const lines = [...shellLinesOf(document), ...inlineCodeOf(document)];
  return lines.flatMap((line) => {
    const [, script, short] = /^npm (?:run ([\w:-]+)|(start|test)\b)/.exec(line) ?? [];
    return script ?? short ?? [];
  });
}
