// Questions about a handwritten digit and their answers, in English and Chinese. Every answer depends on the picture; what kind of
// answer it is, and in which language, on the question alone.
import { WORDS } from '../digits/captions.mjs';

/** @typedef {'en' | 'zh'} Language */
/** @typedef {'digit' | 'caption' | 'parity' | 'next' | 'greater'} Kind */

const FOUR = 4;
const AFTER_NINE = { en: 'ten', zh: '十' };
/** @param {string} word */
const capital = (word) => word[0]?.toUpperCase() + word.slice(1);
/** @param {number} digit @param {Language} language */
const wordOf = (digit, language) => WORDS[language][digit] ?? AFTER_NINE[language];

/** @type {Record<Kind, Record<Language, { questions: readonly string[], answer: (digit: number) => string }>>} */
export const KINDS = {
  digit: {
    en: {
      questions: ['which digit is this?', 'what number do you see?', 'what is written here?'],
      answer: (digit) => `It is ${wordOf(digit, 'en')}.`,
    },
    zh: {
      questions: ['这是几？', '图中写的是什么数字？', '你看到了哪个数字？'],
      answer: (digit) => `这是${wordOf(digit, 'zh')}。`,
    },
  },
  caption: {
    en: {
      questions: ['describe the picture', 'write a caption', 'what does the picture show?'],
      answer: (digit) => `a handwritten ${wordOf(digit, 'en')}, white on black`,
    },
    zh: {
      questions: ['描述一下这张图', '给这张图写个标题', '图里有什么？'],
      answer: (digit) => `黑底白字的手写数字${wordOf(digit, 'zh')}`,
    },
  },
  parity: {
    en: {
      questions: ['is it even or odd?', 'odd or even?'],
      answer: (digit) => `${capital(wordOf(digit, 'en'))} is ${digit % 2 === 0 ? 'even' : 'odd'}.`,
    },
    zh: {
      questions: ['它是奇数还是偶数？', '是偶数吗？'],
      answer: (digit) => `${wordOf(digit, 'zh')}是${digit % 2 === 0 ? '偶数' : '奇数'}。`,
    },
  },
  next: {
    en: {
      questions: ['what comes after it?', 'which number is one greater?'],
      answer: (digit) => `${capital(wordOf(digit + 1, 'en'))}.`,
    },
    zh: {
      questions: ['加一等于多少？', '它后面是几？'],
      answer: (digit) => `等于${wordOf(digit + 1, 'zh')}。`,
    },
  },
  greater: {
    en: {
      questions: ['is it greater than four?', 'more than four?'],
      answer: (digit) => `${digit > FOUR ? 'Yes' : 'No'}, it is ${wordOf(digit, 'en')}.`,
    },
    zh: {
      questions: ['它比四大吗？', '有没有超过四？'],
      answer: (digit) => `${digit > FOUR ? '是的' : '不'}，是${wordOf(digit, 'zh')}。`,
    },
  },
};
