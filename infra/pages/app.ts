import express, { type Express } from 'express';
import type { Logger } from '../../lib/logger.ts';
import { answerError, answerUnknownPath } from '../express/answers.ts';
import { createApiPaths } from './apiPaths.ts';
import { createPagesRouter } from './router.ts';

/** The pages, as Lambda serves them, and what API Gateway has no other function for. */
export function createPagesApp(root: URL, logger: Logger): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(createPagesRouter(root));
  app.use(createApiPaths(root));
  app.use(answerUnknownPath);
  app.use(answerError(logger));
  return app;
}
