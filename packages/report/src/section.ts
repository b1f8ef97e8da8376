import { type Html, html } from './html.js';

/** A part of the page under its heading; the page's contents link to its id. */
export function section(id: string, title: string, content: Html): Html {
  return html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>${content}</section>`;
}
