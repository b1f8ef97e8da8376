import type { Preview } from '@modalkit/contract';

/** Words as a preview. */
export function wordsPreview(words: string): Preview {
  return { kind: 'words', text: words };
}
