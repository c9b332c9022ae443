import { pathToFileURL } from 'node:url';
import serverless from 'serverless-http';
import { createPagesApp } from '../infra/pages/app.ts';
import { readLambdaConfig } from '../lib/config.ts';
import { createLogger } from '../lib/logger.ts';

/** Lambda starts a function in its zip's folder, which has the files that serverless.yml lists. */
const root = pathToFileURL(`${process.cwd()}/`);

const config = readLambdaConfig();

/** What has no route of its own: the local service's pages, and paths and methods there are not. */
export const handler = serverless(createPagesApp(root, createLogger(config.logLevel), config));
