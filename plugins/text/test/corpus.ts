/** Texts as an adapter's `fit` receives them. */
export async function* repeated(texts: readonly string[]): AsyncIterable<string> {
  yield* texts;
}

const ENGLISH = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
const CHINESE = [...'零一二三四五六七八九'];

/** 60 captions of handwritten digits in English and Chinese. */
export function corpus(): AsyncIterable<string> {
  const english = ENGLISH.flatMap((word) => [
    `the digit ${word}`,
    `a handwritten ${word}`,
    `this is the number ${word}`,
  ]);
  const chinese = CHINESE.flatMap((word) => [`数字${word}`, `手写的数字${word}`, `这是数字 ${word}。`]);
  return repeated([...english, ...chinese]);
}
