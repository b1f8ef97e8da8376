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
 * Sentences of their own that name no digit. Those under `test` occur in no training sample.
 * @type {Record<Language, Record<Split, readonly string[]>>}
 */
const SENTENCES = {
  en: {
    train: [
      'the digit cannot be read',
      'the number is missing',
      'no digit at all',
      'an empty page',
      'the train leaves in the morning',
      'music from the next room',
      'children play in the park',
      'it looks like rain',
      'there is no number here',
      'nothing was written down',
    ],
    test: ['no number was written down here', 'the page is empty', 'the digit is missing', 'nothing can be read here'],
  },
  zh: {
    train: [
      '数字看不清楚',
      '数字不见了',
      '空白的纸',
      '这张图里没有数字',
      '早上的火车开走了',
      '隔壁传来音乐',
      '孩子们在公园里玩',
      '我看要下雨了',
      '这里没有写数字',
      '什么也没有写',
    ],
    test: ['这张纸是空白的', '没有写数字', '数字看不见了', '这里什么也没有'],
  },
};

/** Frames worded as those that name a digit are, each to hold any of the things. */
const FRAMES = {
  en: {
    train: [
      '{thing}',
      'a handwritten note about {thing}',
      'this picture shows {thing}',
      'someone drew {thing} by hand',
      'a photo of {thing}',
      'it looks like {thing} to me',
      'what you see here is {thing}',
      'a drawing of {thing}',
      'the word for {thing}',
      '{thing}, in white on black',
    ],
    test: [
      'a scan of {thing}',
      'can you see {thing} here?',
      'a small grey picture of {thing}',
      'I think that this is {thing}.',
    ],
  },
  zh: {
    train: [
      '{thing}',
      '手写的{thing}',
      '图中写着{thing}',
      '图片显示的是{thing}',
      '有人用笔画下了{thing}',
      '我看这是{thing}',
      '这是{thing}',
      '{thing}的照片',
      '黑底白字的{thing}',
      '画里有{thing}',
    ],
    test: ['照片里能看到{thing}', '请看，这里写的是{thing}', '小小的灰度图：{thing}', '笔迹看上去像{thing}'],
  },
};

/** Things that are no number. Held-out claims put them into frames of their own: the wording is new, the words are not. */
const THINGS = {
  en: [
    ...[
      'a tree',
      'the sea',
      'a letter',
      'a name',
      'an address',
      'a map',
      'a bird',
      'a cat',
      'a dog',
      'a house',
      'a river',
    ],
    ...[
      'a mountain',
      'the moon',
      'a cup of tea',
      'a bowl of rice',
      'a bicycle',
      'a train',
      'a chair',
      'a table',
      'a door',
    ],
    ...['a window', 'a horse', 'a fish', 'a hat', 'a shoe', 'a coat', 'the sun', 'a cloud', 'snow', 'fire', 'a book'],
    ...[
      'a newspaper',
      'a question mark',
      'a comma',
      'a capital letter',
      'a signature',
      'a circle',
      'a triangle',
      'a star',
    ],
    ...[
      'a leaf',
      'an apple',
      'a pear',
      'a carrot',
      'bread',
      'cheese',
      'a spoon',
      'a knife',
      'a clock',
      'a lamp',
      'a piano',
    ],
    ...['a violin', 'a drum', 'a camera', 'a phone', 'a key', 'a ring', 'a stone', 'a wall', 'a garden', 'a bridge'],
  ],
  zh: [
    ...[
      '大树',
      '大海',
      '字母',
      '名字',
      '地址',
      '地图',
      '小鸟',
      '小猫',
      '小狗',
      '房子',
      '河流',
      '高山',
      '月亮',
      '热茶',
      '米饭',
    ],
    ...[
      '自行车',
      '火车',
      '椅子',
      '桌子',
      '窗户',
      '大门',
      '白马',
      '金鱼',
      '帽子',
      '鞋子',
      '大衣',
      '太阳',
      '云',
      '雪',
      '火',
    ],
    ...[
      '书',
      '报纸',
      '问号',
      '逗号',
      '大写字母',
      '签名',
      '圆形',
      '方形',
      '星星',
      '树叶',
      '苹果',
      '梨',
      '萝卜',
      '面包',
      '汤',
    ],
    ...[
      '勺子',
      '刀',
      '钟',
      '灯',
      '钢琴',
      '鼓',
      '相机',
      '电话',
      '钥匙',
      '戒指',
      '石头',
      '墙',
      '花园',
      '汉字',
      '信',
      '大桥',
    ],
  ],
};

/**
 * Sentences that name no digit: every thing in every frame, and the sentences of their own as a fifth of all.
 * @type {Record<Language, Record<Split, readonly string[]>>}
 */
export const OTHER = {
  en: { train: others('en', 'train'), test: others('en', 'test') },
  zh: { train: others('zh', 'train'), test: others('zh', 'test') },
};

/**
 * @param {Language} language
 * @param {Split} split
 */
function others(language, split) {
  const framed = FRAMES[language][split].flatMap((frame) =>
    THINGS[language].map((thing) => frame.replace('{thing}', thing)),
  );
  const own = SENTENCES[language][split];
  return [...framed, ...Array.from({ length: Math.round(framed.length / 4) }, (_, index) => own[index % own.length])];
}

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
