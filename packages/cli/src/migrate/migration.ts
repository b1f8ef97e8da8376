/** A change that a newer Modalkit asks of files written for an older one. */
export interface Migration {
  /** Migrations are applied by their numbers; a number is never given twice. */
  readonly number: number;
  /** What is different afterwards. */
  readonly title: string;
  readonly files: 'config' | 'package.json';
  /** The file's new text, or the same text where there is nothing to do: done twice, it changes nothing. */
  change(text: string, file: string): string;
}
