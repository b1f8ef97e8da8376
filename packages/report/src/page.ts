import { Html, html } from './html.js';
import { PAGE_STYLE } from './page-style.js';

/** A whole page with nothing outside itself: its policy forbids scripts and every request. */
export function page(
  title: string,
  header: Html,
  sections: readonly { id: string; title: string; content: Html }[],
): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; media-src data:">
<title>${title}</title>
<style>${new Html(PAGE_STYLE)}</style>
</head>
<body>
<header>${header}<nav aria-label="Contents">${sections.map(({ id, title: name }) => html`<a href="#${id}">${name}</a>`)}</nav></header>
<main>${sections.map(({ content }) => content)}</main>
</body>
</html>
`;
}
