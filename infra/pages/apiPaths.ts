import { readFileSync } from 'node:fs';
import express, { type Router } from 'express';
import { allow } from '../express/answers.ts';

/** As far as it is read here. It is ours, and `npm run check` judges its form. */
interface Openapi {
  paths: Record<string, Record<string, { tags: string[] }>>;
}

/**
 * Refuses the methods that the paths of bets and events do not have. API Gateway leads the others
 * to functions of their own. It takes no route that ends with a slash, so these paths are strict.
 */
export function createApiPaths(root: URL): Router {
  const document: Openapi = JSON.parse(readFileSync(new URL('docs/openapi.json', root), 'utf8'));
  const router = express.Router({ caseSensitive: true, strict: true });
  for (const [path, calls] of Object.entries(document.paths)) {
    // How the service is, only the local one tells.
    if (Object.values(calls).some(({ tags }) => tags.includes('service'))) continue;
    const methods = Object.keys(calls).flatMap((method) =>
      method === 'get' ? ['GET', 'HEAD'] : method.toUpperCase(),
    );
    router.all(path.replaceAll(/\{(\w+)\}/g, ':$1'), allow(methods.join(', ')));
  }
  return router;
}
