import { renderPage } from './html.ts';

/** The API's reference, with a form to try each call: Swagger UI, drawn from /openapi.json. */
export function renderReferencePage(): Buffer {
  return renderPage({
    path: '/docs',
    title: 'API',
    stylesheets: ['swagger-ui.css', 'reference.css'],
    scripts: ['swagger-ui-bundle.js', 'reference.js'],
    main: `<div id="reference"></div>
<noscript><p>The reference needs JavaScript. <a href="/openapi.json">The OpenAPI document</a> does not.</p></noscript>`,
  });
}
