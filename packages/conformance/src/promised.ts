import { type Json, ModalkitError, type Plugin } from '@modalkit/contract';

/** One promise of the contract and how it is looked at from outside. */
export interface Promised<Part, Bench> {
  /** The file's name: findings and broken adapters name it by this. */
  readonly id: string;
  /** What is promised, as a sentence. */
  readonly title: string;
  /** Why it isn't asked of this part, as the end of `not checked, since …`; undefined when it is. */
  leftOut?(part: Part, given: Given): string | undefined;
  /** @throws ModalkitError PLUGIN that says what is broken and what to do */
  check(bench: Bench): void | Promise<void>;
}

/** What of the author's own words promises are chosen by. */
export interface Given {
  readonly plugin: Plugin;
  readonly live?: unknown;
  readonly budget?: unknown;
  readonly worker?: unknown;
}

/** What checks of options look at. */
export interface OptionsBench {
  readonly part: { readonly options: Json; readonly prepares?: Json };
  readonly given: { readonly plugin: Plugin; readonly wrongOptions?: readonly unknown[] };
}

/** Ends a check: who, what was seen, what to do. */
export function broken(sentence: string, cause?: unknown): never {
  throw new ModalkitError('PLUGIN', sentence, {}, cause);
}

/** The sentence of whatever was thrown. */
export function sayOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
