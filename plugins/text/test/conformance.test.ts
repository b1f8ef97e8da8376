import { conformance } from '@modalkit/conformance';
import { describe, test } from 'vitest';
import { text } from '../src/index.js';

conformance({
  runner: { describe, test },
  plugin: text({ vocabulary: 300, maxTokens: 16, width: 8, heads: 2, layers: 1 }),
  samples: ['七', 'a digit', 'the digit seven'],
  wrongOptions: [{ maxTokens: 2 }, { width: 10, heads: 4 }, { tokenizer: 'sentencepiece' }],
});
