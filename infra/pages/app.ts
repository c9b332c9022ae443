import express, { type Express, type RequestHandler } from 'express';
import { answerError, answerUnknownPath } from '../express/answers.ts';
import { createPagesRouter } from './router.ts';

/** The pages, as Lambda serves them, and what API Gateway has no other function for. */
export function createPagesApp(root: URL): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.enable('case sensitive routing');
  app.use(createPagesRouter(root));
  app.use(answerApiPath);
  app.use(answerUnknownPath);
  app.use(answerError);
  return app;
}

/** Loaded at the first need: making the OpenAPI document's schemas would be a tenth of a cold start. */
const answerApiPath: RequestHandler = (request, response, next) => {
  import('./apiPaths.ts').then(({ apiPaths }) => apiPaths(request, response, next), next);
};
