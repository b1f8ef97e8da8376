import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type HookMark, nameHook, type WrittenMark } from '@modalkit/core';

const FILE = 'fault.json';

/** The marks that the threads of a process have left; one that is being written is left out. None when it has ended by itself. */
export function readMarks(folder: string): WrittenMark[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((thread) => {
    try {
      return [JSON.parse(readFileSync(join(folder, thread), 'utf8')) as WrittenMark];
    } catch {
      return [];
    }
  });
}

/** What marks tell of the end of a process, as one sentence. */
export function faultOf(how: string, marks: readonly WrittenMark[]): string {
  const inside = marks.flatMap(({ mark, thread }) => (mark ? [named(mark, thread)] : []));
  if (inside.length > 0) return `${how} in ${inside.join(' and ')}.`;
  const last = marks.find(({ thread }) => thread === 'main')?.last;
  return `${how} outside of hooks${last ? `; the last one was ${named(last, 'main')}` : ''}.`;
}

function named(mark: HookMark, thread: string): string {
  const name = nameHook(mark);
  return thread === 'main' ? name : `${name} in ${thread}`;
}

/** Says it now, and again at the run's next start. */
export function reportFault(run: string, fault: string): void {
  writeSync(2, `modalkit: ${fault} What was saved stays: the same command goes on from there.\n`);
  if (existsSync(run)) writeFileSync(join(run, FILE), `${JSON.stringify({ fault })}\n`);
}

/** How the last start of a run ended, when that was no end of its own; told once. */
export function takeFault(run: string): string | undefined {
  try {
    const { fault } = JSON.parse(readFileSync(join(run, FILE), 'utf8'));
    rmSync(join(run, FILE));
    return String(fault);
  } catch {
    return undefined;
  }
}
