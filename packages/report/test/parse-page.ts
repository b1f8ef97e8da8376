import { type DefaultTreeAdapterMap, parse } from 'parse5';

type Node = DefaultTreeAdapterMap['node'];
export type Element = DefaultTreeAdapterMap['element'];

/** All elements of a page in order, as a browser's parser sees them. */
export function elementsOf(markup: string): Element[] {
  const found: Element[] = [];
  const walk = (node: Node) => {
    if ('tagName' in node) found.push(node);
    if ('childNodes' in node) node.childNodes.forEach(walk);
  };
  walk(parse(markup));
  return found;
}

export function attribute(element: Element, name: string): string | undefined {
  return element.attrs.find((entry) => entry.name === name)?.value;
}

/** The text of an element and all within it. */
export function textOf(node: Node): string {
  if (node.nodeName === '#text') return (node as DefaultTreeAdapterMap['textNode']).value;
  return 'childNodes' in node ? node.childNodes.map(textOf).join('') : '';
}

/** The section of the page under an id. */
export function sectionOf(elements: readonly Element[], id: string): Element {
  const section = elements.find((element) => element.tagName === 'section' && attribute(element, 'id') === id);
  if (!section) throw new Error(`no section ${id}`);
  return section;
}

export function within(element: Element): Element[] {
  const found: Element[] = [];
  const walk = (node: Node) => {
    if ('tagName' in node) found.push(node);
    if ('childNodes' in node) node.childNodes.forEach(walk);
  };
  element.childNodes.forEach(walk);
  return found;
}
