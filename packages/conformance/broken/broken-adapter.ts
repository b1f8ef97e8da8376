import type { Plugin } from '@modalkit/contract';
import type { AdapterCase } from '../src/index.js';

/** An adapter that breaks one promise. */
export interface BrokenAdapter {
  /** Id of the promise. */
  readonly breaks: string;
  /** What the kit says of it. */
  readonly says: RegExp;
  readonly plugin: Plugin;
  /** What is given differently to the kit. */
  readonly given?: Partial<AdapterCase>;
}
