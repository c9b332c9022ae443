import express, { type Router } from 'express';
import * as z from 'zod';
import { PATHS } from '../../lib/http/openapi/calls.ts';
import { allow } from '../express/answers.ts';

const paths = z.record(z.string(), z.record(z.string(), z.object({ tags: z.array(z.string()) })));

/**
 * The paths of bets and events, for methods that they do not have: API Gateway leads those that they
 * have to other functions, and paths with a slash at the end are none to it.
 */
function createApiPaths(): Router {
  const router = express.Router({ caseSensitive: true, strict: true });
  for (const [path, calls] of Object.entries(paths.parse(PATHS))) {
    // How the service is, only the local one tells.
    if (Object.values(calls).some(({ tags }) => tags.includes('service'))) continue;
    const methods = Object.keys(calls).flatMap((method) =>
      method === 'get' ? ['GET', 'HEAD'] : method.toUpperCase(),
    );
    router.all(path.replaceAll(/\{(\w+)\}/g, ':$1'), allow(methods.join(', ')));
  }
  return router;
}

export const apiPaths: Router = createApiPaths();
