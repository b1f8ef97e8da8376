import { createHash } from 'node:crypto';
import { Html, html } from './html.js';
import { PAGE_STYLE } from './page-style.js';

/** What a page that is served has beside one that is a file. */
export interface Served {
  /** Its one script, which may ask the page's own server. */
  readonly script: string;
  /** Further rules of style. */
  readonly style: string;
}

/** A whole page with nothing outside itself: its policy forbids every request and every script but its server's own. */
export function page(
  title: string,
  header: Html,
  sections: readonly { id: string; title: string; content: Html }[],
  served?: Served,
): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; media-src data:${served && new Html(allowing(served))}">
<title>${title}</title>
<style>${new Html(PAGE_STYLE + (served?.style ?? ''))}</style>
</head>
<body>
<header>${header}<nav aria-label="Contents">${sections.map(({ id, title: name }) => html`<a href="#${id}">${name}</a>`)}</nav></header>
<main>${sections.map(({ content }) => content)}</main>
${
  served &&
  html`<script>${new Html(served.script)}</script>
`
}</body>
</html>
`;
}

function allowing({ script }: Served): string {
  return `; script-src 'sha256-${createHash('sha256').update(script).digest('base64')}'; connect-src 'self'`;
}
