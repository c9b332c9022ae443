import { readFile } from 'node:fs/promises';
import express, { type RequestHandler, type Router } from 'express';
import { allow } from '../express/answers.ts';
import { findAssets } from './assets.ts';
import { renderConsolePage } from './consolePage.ts';
import { renderProblemsPage } from './problemsPage.ts';
import { renderReferencePage } from './referencePage.ts';
import { answerStatic } from './statics.ts';

const HTML = 'text/html; charset=utf-8';

/** The pages for people and the OpenAPI document, for the local service and for Lambda. */
export function createPagesRouter(root: URL): Router {
  const router = express.Router({ caseSensitive: true });
  const get = (path: string, handler: RequestHandler): void => {
    router.route(path).get(handler).all(allow('GET, HEAD'));
  };
  get(
    '/openapi.json',
    answerStatic('application/json', () => readCompact(new URL('docs/openapi.json', root))),
  );
  get('/', answerStatic(HTML, renderConsolePage));
  get('/docs', answerStatic(HTML, renderReferencePage));
  get('/docs/problems', answerStatic(HTML, renderProblemsPage));
  for (const { name, file, contentType } of findAssets(root)) {
    get(
      `/assets/${name}`,
      answerStatic(contentType, () => readFile(file)),
    );
  }
  return router;
}

/** The document is committed as people read it; its line ends and spaces need not travel. */
async function readCompact(file: URL): Promise<Buffer> {
  return Buffer.from(JSON.stringify(JSON.parse(await readFile(file, 'utf8'))));
}
