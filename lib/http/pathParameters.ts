import type { APIGatewayProxyEventV2 as ApiEvent } from 'aws-lambda';

/** The part of a path before a parameter that takes several segments, and that parameter's name. */
const SEVERAL_SEGMENTS = /^(.*\/)\{(\w+)\+\}$/;

/**
 * The parameters of a path such as `/events/{event_id+}`, decoded once by API Gateway. What goes
 * over several segments is taken with its slashes from `rawPath`, which is decoded too: API Gateway
 * leaves a last slash out of the parameter, at least for REST APIs. `rawPath` in turn ends at a
 * decoded `?`, so what follows one is taken from the parameter.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
 * @see tests/aws/services/apigateway/test_apigateway_lambda.snapshot.json, recorded on AWS, in
 * https://github.com/localstack/localstack
 * @see https://github.com/middleapi/standard-server/pull/93
 */
export function pathParametersOf(
  path: string,
  { rawPath, pathParameters = {} }: Pick<ApiEvent, 'rawPath' | 'pathParameters'>,
): Record<string, string | undefined> {
  const [, before = '', name = ''] = SEVERAL_SEGMENTS.exec(path) ?? [];
  const given = pathParameters[name];
  if (given === undefined) return pathParameters;
  const [start = ''] = given.split('?', 1);
  const whole = tailOf(rawPath, before, start) ?? start;
  return { ...pathParameters, [name]: whole + given.slice(start.length) };
}

/** What follows `before` in the path, if it is `given` but for slashes. A stage may come first. */
function tailOf(rawPath: string, before: string, given: string): string | undefined {
  for (let at = rawPath.indexOf(before); at !== -1; at = rawPath.indexOf(before, at + 1)) {
    const tail = rawPath.slice(at + before.length);
    if (withoutSlashes(tail) === withoutSlashes(given)) return tail;
  }
  return undefined;
}

const withoutSlashes = (text: string): string => text.replaceAll('/', '');
