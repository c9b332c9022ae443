import { pathToFileURL } from 'node:url';
import serverless from 'serverless-http';
import { createPagesApp } from '../infra/pages/app.ts';

/** Lambda starts a function in its zip's folder, which has infra/pages/assets and swagger-ui-dist too. */
const root = pathToFileURL(`${process.cwd()}/`);

/**
 * `GET /docs`, `/docs/problems`, `/openapi.json`, `/assets/{name}`: the same Express router as the
 * local service's.
 */
export const handler = serverless(createPagesApp(root));
