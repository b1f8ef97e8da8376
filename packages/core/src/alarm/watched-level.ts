import { ModalkitError } from '@modalkit/contract';
import type { Runtime } from '../compose/index.js';
import { suggestName } from '../compose/suggest-name.js';
import type { ClassAnswer } from '../infer/asker.js';
import { classesOf } from '../infer/heads-asked.js';
import type { LiveResult } from '../live/live-report.js';

/** The number that an alarm watches: a probability, or an output of a head. */
export interface Watched {
  /** As it was asked for: `health`, `health=bearing`, `health/score`. */
  readonly name: string;
  readonly head: string;
  /** undefined where the head says nothing. */
  level(answers: Pick<LiveResult, 'classes' | 'scores'>): number | undefined;
}

/**
 * What an alarm watches of a run: `<head>`, that it is any class but the head's first; `<head>=<class>`, that it is this one;
 * `<head>/<output>`, a number. When left out, the only head that says a class.
 * @throws ModalkitError USAGE that names the heads, or the classes, that there are
 */
export function watchedOf(runtime: Runtime, asked?: string): Watched {
  const name = asked ?? onlyHead(runtime);
  const [, head = name, kind, rest = ''] = /^([^=/]*)([=/])(.*)$/s.exec(name) ?? [];
  if (!runtime.heads[head])
    throw new ModalkitError(
      'USAGE',
      `"${name}": there is no such head; ${suggestName(head, Object.keys(runtime.heads))}`,
    );
  if (kind === '/') return { name, head, level: ({ scores }) => scores[head]?.[rest] };
  const classes = classesOf(runtime, head);
  if (!classes)
    throw new ModalkitError('USAGE', `"${name}": the head says no class; name one of its numbers: ${head}/<output>.`);
  if (kind === undefined) return { name, head, level: (answers) => otherThan(classes[0]!, answers.classes[head]) };
  if (classes.includes(rest)) return { name, head, level: (answers) => answers.classes[head]?.probabilities[rest] };
  throw new ModalkitError('USAGE', `"${name}": the head knows no class "${rest}"; ${suggestName(rest, classes)}`);
}

function otherThan(first: string, answer: ClassAnswer | undefined): number | undefined {
  return answer && 1 - answer.probabilities[first]!;
}

function onlyHead(runtime: Runtime): string {
  const heads = Object.keys(runtime.heads);
  const found = heads.filter((head) => classesOf(runtime, head));
  if (found.length === 1) return found[0]!;
  const problem = found.length === 0 ? 'no head says a class' : `${found.join(', ')} say a class`;
  throw new ModalkitError(
    'USAGE',
    `Say what the alarm watches: ${problem}; the heads are ${heads.join(', ') || 'none'}.`,
  );
}
