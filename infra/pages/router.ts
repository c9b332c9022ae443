import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import express, { type RequestHandler, type Router } from 'express';
import { redirect } from '../express/answers.ts';
import { get } from '../express/routes.ts';
import { answerStatic } from './statics.ts';

/** What a library would tell; the pages' bundle has none (see unusedParts.ts). */
const CONTENT_TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
};

const ASSETS = 'infra/pages/assets/';

/** Where the file of each path is, besides those in `ASSETS`. serverless.yml lists them too. */
const FILES = {
  '/': 'infra/pages/console.html',
  '/docs': 'infra/pages/reference.html',
  '/docs/problems': 'infra/pages/problems.html',
  '/openapi.json': 'docs/openapi.json',
};

/**
 * The pages for people and the OpenAPI document, for the local service and for Lambda. `root` is
 * the folder that the files' places are told from: this project's, and a Lambda's zip.
 */
export function createPagesRouter(root: URL): Router {
  const router = express.Router({ caseSensitive: true, strict: true });
  const names = readdirSync(new URL(ASSETS, root));
  const assets = Object.fromEntries(names.map((name) => [`/assets/${name}`, ASSETS + name]));
  for (const [path, file] of Object.entries({ ...FILES, ...assets })) {
    const contentType = CONTENT_TYPES[extname(file)];
    if (contentType === undefined) throw new Error(`${file} has no known content type.`);
    const read = path === '/openapi.json' ? readCompact : readFile;
    get(
      router,
      path,
      answerStatic(contentType, () => read(new URL(file, root))),
    );
    // What a page refers to is relative to its own path.
    if (path !== '/') get(router, `${path}/`, redirectTo(`../${basename(path)}`));
  }
  return router;
}

const redirectTo =
  (location: string): RequestHandler =>
  (_request, response) =>
    redirect(response, location);

/** The document is committed as people read it; its line ends and spaces need not travel. */
async function readCompact(file: URL): Promise<Buffer> {
  return Buffer.from(JSON.stringify(JSON.parse(await readFile(file, 'utf8'))));
}
