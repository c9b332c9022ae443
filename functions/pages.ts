import serverless from 'serverless-http';
import { createPagesApp } from '../infra/pages/app.ts';

/**
 * `GET /docs`, `/docs/problems`, `/openapi.json`, `/assets/{name}`: the same Express router as the
 * local service's. The zip holds infra/pages/assets and swagger-ui-dist beside functions/.
 */
export const handler = serverless(createPagesApp(new URL('../', import.meta.url)));
