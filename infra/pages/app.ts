import express, { type Express } from 'express';
import { answerError, answerUnknownPath } from './answers.ts';
import { createPagesRouter } from './router.ts';

/** The pages alone, as Lambda serves them. */
export function createPagesApp(root: URL): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.enable('case sensitive routing');
  app.use(createPagesRouter(root));
  app.use(answerUnknownPath);
  app.use(answerError);
  return app;
}
