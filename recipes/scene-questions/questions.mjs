// Questions about a scene of coloured shapes, and their answers.
import { COLOURS, RELATIONS, SHAPES, towards } from '../grounding/scenes.mjs';

/**
 * @typedef {import('../grounding/scenes.mjs').Thing} Thing
 * @typedef {{ shape?: Thing['shape'], colour?: Thing['colour'] }} Name what is said of a thing: its colour, its shape, or both
 * @typedef {{ relation: import('../grounding/scenes.mjs').Relation, anchor: Name }} Place where a thing stands to another
 * @typedef {{ asks: 'colour' | 'shape' | 'count', name: Name, place?: Place, not?: boolean }} Meaning `not` denies the place, or the
 *   name where there is no place
 * @typedef {{ meaning: Meaning, answer: string, named?: Thing, thing?: Thing }} Question `named`: the one that the
 *   question calls by its name, `thing`: the one that it asks about, where there is one
 */

/** By how many pixels a relation is plain to see. */
const PLAIN = 6;
const OF = { left: 'left of', right: 'right of', above: 'above', below: 'below' };
const NUMBERS = ['none', 'one', 'two', 'three', 'four'];
/** Every answer that there is. */
export const ANSWERS = [...COLOURS, ...SHAPES, ...NUMBERS];
/** Every thing that there may be. */
export const THINGS = COLOURS.flatMap((colour) => SHAPES.map((shape) => `${colour} ${shape}`));

const ASKED = /** @type {const} */ (['colour', 'shape']);
const ANY = /** @type {Name} */ ({});
const HALF_NAMES = /** @type {Name[]} */ ([
  ...COLOURS.map((colour) => ({ colour })),
  ...SHAPES.map((shape) => ({ shape })),
]);
const NAMES = [...HALF_NAMES, ...COLOURS.flatMap((colour) => SHAPES.map((shape) => ({ colour, shape })))];

/** All questions of a kind that a scene allows. @type {Record<string, (things: Thing[]) => Question[]>} */
export const KINDS = {
  attribute: (things) =>
    alone(things, HALF_NAMES).map(({ name, thing }) => about({ asks: other(name), name }, thing, thing)),
  relation: (things) => placed(things, false),
  negatedRelation: (things) => placed(things, true),
  count: (things) => NAMES.map((name) => counted({ asks: 'count', name }, things, (each) => is(each, name))),
  negatedCount: (things) =>
    HALF_NAMES.map((name) => counted({ asks: 'count', name, not: true }, things, (each) => !is(each, name))),
  relatedCount: (things) =>
    places(things)
      .filter(({ place, thing }) => things.every((each) => each === thing || isPlain(each, place, thing)))
      .map(({ place, thing }) => ({
        ...counted({ asks: 'count', name: {}, place }, things, (each) => towards(each, place.relation, thing) >= PLAIN),
        named: thing,
      })),
};

/** @param {Thing} thing @param {Name} name */
const is = (thing, { shape = thing.shape, colour = thing.colour }) => thing.shape === shape && thing.colour === colour;
/** What is left to ask of a thing that half a name says. @param {Name} name */
const other = ({ colour }) => (colour ? 'shape' : 'colour');
const about = (meaning, thing, named) => ({ meaning, answer: thing[meaning.asks], thing, named });
const counted = (meaning, things, counts) => ({ meaning, answer: NUMBERS[things.filter(counts).length] });
const isPlain = (each, { relation }, anchor) => Math.abs(towards(each, relation, anchor)) >= PLAIN;

/** Names that one thing alone has, with that thing. @param {Thing[]} things @param {Name[]} names */
function alone(things, names) {
  return names.flatMap((name) => {
    const [thing, ...more] = things.filter((each) => is(each, name));
    return thing && more.length === 0 ? [{ name, thing }] : [];
  });
}

/** All places that a scene's things can be told by: next to one that is alone of its name. @param {Thing[]} things */
function places(things) {
  return alone(things, NAMES).flatMap(({ name, thing }) =>
    RELATIONS.map((relation) => ({ place: { relation, anchor: name }, thing })),
  );
}

/** One of several things, told by its place, or by not being there; what is asked of it is true of no other of them. */
function placed(things, not) {
  return places(things).flatMap(({ place, thing: anchor }) =>
    [ANY, ...HALF_NAMES].flatMap((name) => {
      const alike = things.filter((each) => each !== anchor && is(each, name));
      const [thing, ...more] = alike.filter((each) => towards(each, place.relation, anchor) > 0 !== not);
      if (
        !thing ||
        more.length > 0 ||
        (alike.length < 2 && name !== ANY) ||
        !alike.every((each) => isPlain(each, place, anchor))
      )
        return [];
      return ASKED.filter((asks) => !(asks in name))
        .filter((asks) => alike.every((each) => each === thing || each[asks] !== thing[asks]))
        .map((asks) => about({ asks, name, place, ...(not ? { not } : {}) }, thing, anchor));
    }),
  );
}

/** @param {Name} name */
const named = ({ colour, shape }, bare = 'one') => [colour, shape ?? bare].filter(Boolean).join(' ');
const several = (name) => `${named(name, 'shape')}${name.shape === 'cross' ? 'es' : 's'}`;

/** What a question is about, in words. @param {Meaning} meaning */
function subjectOf({ asks, name, place, not }) {
  const one = asks !== 'count';
  const head = one ? `the ${named(name)}` : several(name);
  if (place) {
    const there = `${OF[place.relation]} the ${named(place.anchor)}`;
    return not ? `${head} that ${one ? 'is' : 'are'} not ${there}` : `${head} ${there}`;
  }
  return not ? `shapes that are not ${name.colour ?? several(name)}` : head;
}

/** All wordings of a question. @param {Meaning} meaning */
export function wordings(meaning) {
  const subject = subjectOf(meaning);
  const { asks } = meaning;
  return asks === 'count'
    ? [`how many ${subject} are there?`, `count the ${subject}`, `the number of ${subject}?`]
    : [`what ${asks} is ${subject}?`, `the ${asks} of ${subject}?`, `which ${asks} has ${subject}?`];
}
