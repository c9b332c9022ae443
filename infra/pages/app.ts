import { readFileSync } from 'node:fs';
import express, { type Express, type Router } from 'express';
import type { Config } from '../../lib/config.ts';
import { HTTPS_HEADERS } from '../../lib/http/problems.ts';
import type { Logger } from '../../lib/logger.ts';
import { answerError, answerUnknownPath } from '../express/answers.ts';
import { takeOff } from '../express/basePath.ts';
import { allow, expressPath } from '../express/routes.ts';
import { createPagesRouter } from './router.ts';

/** The pages, as Lambda serves them, and what API Gateway has no other function for. */
export function createPagesApp(
  root: URL,
  logger: Logger,
  { basePath }: Pick<Config, 'basePath'>,
): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use((_request, response, next) => {
    response.set(HTTPS_HEADERS);
    next();
  });
  if (basePath !== '') app.use(takeOff(basePath));
  app.use(createPagesRouter(root));
  app.use(createApiPaths(root));
  app.use(answerUnknownPath);
  app.use(answerError(logger));
  return app;
}

/**
 * Refuses the methods that the paths of bets and events do not have. API Gateway leads the others
 * to functions of their own. It takes no route that ends with a slash, so these paths are strict.
 */
function createApiPaths(root: URL): Router {
  // It is ours, and `npm run check` judges its form.
  const document: { paths: Record<string, Record<string, { tags: string[] }>> } = JSON.parse(
    readFileSync(new URL('docs/openapi.json', root), 'utf8'),
  );
  const router = express.Router({ caseSensitive: true, strict: true });
  for (const [path, calls] of Object.entries(document.paths)) {
    // How the service is, only the local one tells.
    if (Object.values(calls).some(({ tags }) => tags.includes('service'))) continue;
    const methods = Object.keys(calls).map((method) => method.toUpperCase());
    router.all(expressPath(path), allow(methods));
  }
  return router;
}
