import type { RequestHandler } from 'express';
import { redirect } from './answers.ts';

/**
 * Takes off the path that stands before the service's own, where a proxy or API Gateway leaves it
 * on. A path without it is served as it is: a proxy may take it off, and a probe never has it.
 *
 * @see https://github.com/aws-powertools/powertools-lambda-python/issues/621
 */
export function takeOff(basePath: string): RequestHandler {
  return (request, response, next) => {
    const { url } = request;
    const rest = url.startsWith(basePath) ? url.slice(basePath.length) : undefined;
    if (rest?.startsWith('/')) request.url = rest;
    // What the console refers to is relative to the slash.
    else if (rest === '' || rest?.startsWith('?')) {
      return redirect(response, `${basePath.split('/').at(-1)}/${rest}`);
    }
    next();
  };
}
