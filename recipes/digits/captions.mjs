// What is said of the pictures, in English and Chinese. A template names its digit by exactly one of its slots:
// {word} seven 七, {a word} "a seven", {numeral} 7, {a numeral} "a 7". Nothing else in a sentence is a number, so that the
// slot alone tells the digit; in Chinese that rules out 一 as an article.

export const DIGITS = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];

/** @type {Record<Language, readonly string[]>} */
export const WORDS = {
  en: ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'],
  zh: ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'],
};

/** @typedef {'en' | 'zh'} Language */
/** @typedef {'train' | 'test'} Split */

/**
 * Sentences that name a digit. Those under `test` occur in no training sample.
 * @type {Record<Language, Record<Split, readonly string[]>>}
 */
export const NAMING = {
  en: {
    train: [
      '{word}',
      '{numeral}',
      '{a word}',
      'the digit {word}',
      'the digit {numeral}',
      'the number {word}',
      'number {numeral}',
      'a handwritten {word}',
      'a handwritten {numeral}',
      'this picture shows {a word}',
      'this picture shows the number {numeral}',
      'someone wrote {a word} by hand',
      'someone wrote down the number {numeral}',
      'a photo of the digit {word}',
      'it looks like {a numeral} to me',
      'the figure {word}, in white on black',
      'what you see here is {a word}',
      'a pen stroke that reads {numeral}',
    ],
    test: [
      'a scan of the digit {word}',
      'can you see the {numeral} here?',
      'a small grey picture of {a word}',
      'written by hand: {numeral}',
      'the numeral {word} in somebody’s handwriting',
      'I think that this is {a word}.',
    ],
  },
  zh: {
    train: [
      '{word}',
      '{numeral}',
      '数字{word}',
      '数字{numeral}',
      '手写的{word}',
      '手写的{numeral}',
      '手写数字{word}',
      '手写体数字{numeral}',
      '这是{word}',
      '这是数字{word}',
      '图中写着{numeral}',
      '图中写着数字{word}',
      '这张图里的数字是{word}',
      '图片显示的是{numeral}',
      '黑底白字的{word}',
      '有人用笔写下了{numeral}',
      '我看这个字是{word}',
      '阿拉伯数字{numeral}',
    ],
    test: [
      '照片里能看到{word}',
      '纸上的数字读作{word}',
      '请看，这里写的是{numeral}',
      '小小的灰度图：{word}',
      '笔迹看上去像{numeral}',
      '他写的数字应该是{word}。',
    ],
  },
};

/**
 * Sentences that name no digit; many are worded like those that do. Those under `test` occur in no training sample.
 * @type {Record<Language, Record<Split, readonly string[]>>}
 */
export const OTHER = {
  en: {
    train: [
      'a handwritten letter',
      'a handwritten word',
      'a handwritten name',
      'the letter B',
      'the letter k, in white on black',
      'a capital letter',
      'a question mark',
      'this picture shows a tree',
      'this picture shows the sea',
      'this picture shows a letter of the alphabet',
      'someone wrote a letter by hand',
      'someone wrote down an address',
      'a photo of the harbour',
      'a photo of a red bicycle',
      'a pen stroke that reads as a comma',
      'it looks like a bird to me',
      'it looks like rain',
      'what you see here is a signature',
      'what you see here is a map',
      'a cat asleep on the sofa',
      'a bowl of rice with vegetables',
      'the train leaves in the morning',
      'the digit cannot be read',
      'the number is missing',
      'no digit at all',
      'an empty page',
      'a drawing of a house',
      'a circle and a triangle',
      'children play in the park',
      'music from the next room',
      'mountains under snow',
      'a cup of tea',
    ],
    test: [
      'a scan of a shopping list',
      'can you see the boat here?',
      'a small grey picture of a dog',
      'written by hand: good morning',
      'a letter in somebody’s handwriting',
      'I think that this is a flower.',
      'the digit is covered by ink',
      'a handwritten recipe',
      'a street after the storm',
      'this picture shows a bridge',
    ],
  },
  zh: {
    train: [
      '手写的字母',
      '手写的汉字',
      '手写的名字',
      '字母B',
      '黑底白字的字母k',
      '大写字母',
      '这是问号',
      '图中写着地址',
      '图中写着汉字',
      '图片显示的是大海',
      '图片显示的是大树',
      '这张图里没有数字',
      '有人用笔写下了名字',
      '有人用笔写下了字母',
      '我看这个字是汉字',
      '我看要下雨了',
      '这是小鸟',
      '这是签名',
      '这是地图',
      '猫在沙发上睡觉',
      '红色的自行车',
      '米饭和青菜',
      '早上的火车',
      '数字看不清楚',
      '数字不见了',
      '空白的纸',
      '画里有房子',
      '圆形和方形',
      '孩子们在公园里玩',
      '隔壁传来音乐',
      '雪山',
      '热茶',
    ],
    test: [
      '照片里能看到小船',
      '纸上的字是早上好',
      '请看，这里写的是清单',
      '小小的灰度图：小狗',
      '笔迹看上去像字母',
      '他写的应该是菜谱。',
      '数字被墨水盖住了',
      '手写的信',
      '暴雨过后的街道',
      '图片显示的是大桥',
    ],
  },
};

/**
 * The sentence that a template makes of a digit.
 * @param {string} template
 * @param {string} digit
 * @param {Language} language
 */
export function say(template, digit, language) {
  const word = /** @type {string} */ (WORDS[language][Number(digit)]);
  const article = digit === '8' ? 'an' : 'a';
  return template
    .replace('{a word}', `${article} ${word}`)
    .replace('{a numeral}', `${article} ${digit}`)
    .replace('{word}', word)
    .replace('{numeral}', digit);
}

/** @type {Record<Language, readonly string[]>} */
const ASKED = {
  en: ['{a word}', 'the digit {word}', 'the number {word}', 'a handwritten {numeral}', 'a scan of the digit {word}'],
  zh: ['{word}', '数字{word}', '手写的{numeral}', '这张图里的数字是{word}', '纸上的数字读作{word}'],
};

/**
 * Zero-shot prompts: for each language and digit several sentences, the last of them worded as no training caption is.
 * @type {Record<Language, Record<string, string[]>>}
 */
export const prompts = { en: promptsIn('en'), zh: promptsIn('zh') };

/** @param {Language} language */
function promptsIn(language) {
  return Object.fromEntries(
    DIGITS.map((digit) => [digit, ASKED[language].map((template) => say(template, digit, language))]),
  );
}
