const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A text as it is written in HTML, in an element or a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}

const PAGES = [
  { path: '/', name: 'Console' },
  { path: '/docs', name: 'API' },
  { path: '/docs/problems', name: 'Problems' },
  { path: '/openapi.json', name: 'OpenAPI' },
];

export interface Page {
  path: string;
  title: string;
  /** HTML of the page's main part. */
  main: string;
  stylesheets?: readonly string[];
  scripts?: readonly string[];
  modules?: readonly string[];
}

/** A whole page, with the way to the others. All that it loads is an asset: nothing is inline. */
export function renderPage({
  path,
  title,
  main,
  stylesheets = [],
  scripts = [],
  modules = [],
}: Page): Buffer {
  const links = PAGES.map((page) => {
    const current = page.path === path ? ' aria-current="page"' : '';
    return `<a href="${page.path}"${current}>${page.name}</a>`;
  });
  return Buffer.from(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)} – bet-maker</title>
<link rel="icon" href="/assets/favicon.svg" type="image/svg+xml">
${['pages.css', ...stylesheets].map((name) => `<link rel="stylesheet" href="/assets/${name}">`).join('\n')}
${scripts.map((name) => `<script defer src="/assets/${name}"></script>`).join('\n')}
${modules.map((name) => `<script type="module" src="/assets/${name}"></script>`).join('\n')}
</head>
<body>
<header class="site"><strong>bet-maker</strong><nav aria-label="Pages">${links.join('')}</nav></header>
<main>
${main}
</main>
</body>
</html>
`);
}
