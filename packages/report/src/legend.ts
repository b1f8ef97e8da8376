import { type Html, html } from './html.js';

/** Names with the sign and colour that stand for them. */
export function legend(entries: readonly { name: string; colour: string; sign?: string }[]): Html {
  return html`<ul class="legend">${entries.map(
    ({ name, colour, sign = '●' }) =>
      html`<li><span class="sign" style="color:${colour}" aria-hidden="true">${sign}</span><bdi>${name}</bdi></li>`,
  )}</ul>`;
}
