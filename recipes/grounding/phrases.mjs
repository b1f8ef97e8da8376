/**
 * @typedef {import('./scenes.mjs').Kind} Kind
 * @typedef {import('./scenes.mjs').Meaning} Meaning
 * @typedef {'en' | 'zh'} Language
 */

const ZH = {
  ...{ red: '红色', green: '绿色', blue: '蓝色', yellow: '黄色' },
  ...{ square: '方块', circle: '圆形', triangle: '三角形', cross: '十字' },
  ...{ left: '左边', right: '右边', above: '上面', below: '下面' },
};
const OF = { left: 'left of', right: 'right of', above: 'above', below: 'below' };
const TO = { left: 'to the left', right: 'to the right', above: 'upwards', below: 'downwards' };

/** @param {Kind} kind */
const english = ({ colour, shape }) => `the ${colour ? `${colour} ` : ''}${shape}`;
/** @param {Kind} kind */
const chinese = ({ colour, shape }) => `${colour ? `${ZH[colour]}的` : ''}${ZH[shape]}`;

/**
 * Orders of thing (T), relation (R) and the thing it stands to (A). Those of `unseen` are in no phrase of the training split, though
 * each of their words is.
 * @type {Record<Language, Record<'seen' | 'unseen', ((t: Kind, r: import('./scenes.mjs').Relation, a: Kind) => string)[]>>}
 */
const ORDERS = {
  en: {
    seen: [
      (t, r, a) => `${english(t)} ${OF[r]} ${english(a)}`,
      (t, r, a) => `${OF[r]} ${english(a)}, ${english(t)}`,
      (t, r, a) => `from ${english(a)} ${TO[r]}, ${english(t)}`,
    ],
    unseen: [(t, r, a) => `${english(t)}, from ${english(a)} ${TO[r]}`],
  },
  zh: {
    seen: [
      (t, r, a) => `${chinese(a)}${ZH[r]}的${chinese(t)}`,
      (t, r, a) => `在${chinese(a)}${ZH[r]}，${chinese(t)}`,
      (t, r, a) => `${chinese(t)}，在${chinese(a)}${ZH[r]}`,
      (t, r, a) => `从${chinese(a)}往${ZH[r]}的${chinese(t)}`,
    ],
    unseen: [
      (t, r, a) => `从${chinese(a)}往${ZH[r]}，${chinese(t)}`,
      (t, r, a) => `${chinese(t)}，从${chinese(a)}往${ZH[r]}`,
    ],
  },
};

/**
 * What is said of a thing.
 * @param {Meaning} meaning
 * @param {Language} language
 * @param {'seen' | 'unseen'} order
 * @param {() => number} random
 */
export function phraseOf({ target, relation, anchor }, language, order, random) {
  if (!relation || !anchor) return (language === 'en' ? english : chinese)(target);
  const orders = ORDERS[language][order];
  return orders[Math.floor(random() * orders.length)](target, relation, anchor);
}
