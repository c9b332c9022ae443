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
  get('/openapi.json', answerStatic('application/json', openapiText));
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

/** Loads what the document is made of at the first need: no other page asks for it. */
async function openapiText(): Promise<Buffer> {
  const { createOpenapi } = await import('../../lib/http/openapi.ts');
  return Buffer.from(JSON.stringify(createOpenapi()));
}
