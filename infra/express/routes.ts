import type { IRouter, RequestHandler } from 'express';
import { refuse } from './answers.ts';

/** Express writes `:id` for a call's `{id}`, and `*id` for `{id+}`. */
export const expressPath = (path: string): string =>
  path.replaceAll(/\{(\w+)\+\}/g, '*$1').replaceAll(/\{(\w+)\}/g, ':$1');

/** The path of a call that Express writes so. */
export const callPath = (path: string): string =>
  path.replaceAll(/:(\w+)/g, '{$1}').replaceAll(/\*(\w+)/g, '{$1+}');

/** A path that has GET, and so HEAD, and no other method. */
export function get(router: IRouter, path: string, handler: RequestHandler): void {
  router
    .route(path)
    .get(handler)
    .all(allow(['GET']));
}

/** Refuses the methods that a path does not have: where it has GET, it has HEAD. */
export function allow(methods: readonly string[]): RequestHandler {
  const all = methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : method)).join(', ');
  return (request, response) => {
    response.set('allow', all);
    refuse(response, 'method-not-allowed', `${request.path} has ${all}.`);
  };
}
