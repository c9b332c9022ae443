import { ANSWER_HEADERS } from './problems.ts';
import { HEADERS, type Part, PROBLEM_SCHEMA, SHARED_RESPONSES } from './openapi/answers.ts';
import { PATHS } from './openapi/calls.ts';
import { IF_NONE_MATCH_SCHEMA } from './openapi/requests.ts';
import { wireSchemas } from './openapi/schemas.ts';
import { HEALTH_SCHEMA } from './openapi/serviceCalls.ts';

/** The version of the API by semver: before 1.0.0, a change that breaks clients raises the minor one. */
const API_VERSION = '0.4.0';

const DESCRIPTION = `Takes bets, lists them and settles events. The moment a result is acknowledged, \
every bet on that event shows it, however many there are; no acknowledged bet is lost, doubled, late or \
left behind.

What goes wrong is answered as an RFC 9457 problem: [all problems](/docs/problems). Money is a decimal \
text with two digits. Every GET answers HEAD too. Every answer also has ${Object.keys(
  ANSWER_HEADERS,
)
  .map((name) => `\`${name}\``)
  .join(', ')}: none may be stored, framed or guessed at.`;

/**
 * The OpenAPI 3.1 document of the API, from the schemas that validate its requests. No handler
 * imports it. docs/openapi.json follows it.
 *
 * @see https://spec.openapis.org/oas/v3.1.1.html
 */
export function createOpenapi(): Part {
  return {
    openapi: '3.1.1',
    info: {
      title: 'bet-maker',
      version: API_VERSION,
      description: DESCRIPTION,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'Where this document is served.' }],
    security: [],
    tags: [
      { name: 'bets', description: 'Placing and reading bets.' },
      { name: 'events', description: 'Sporting events and their results.' },
      { name: 'service', description: 'How the service is.' },
    ],
    paths: PATHS,
    components: {
      schemas: {
        ...wireSchemas(),
        Health: HEALTH_SCHEMA,
        IfNoneMatch: IF_NONE_MATCH_SCHEMA,
        Problem: PROBLEM_SCHEMA,
      },
      headers: HEADERS,
      responses: SHARED_RESPONSES,
      securitySchemes: {
        operatorToken: {
          type: 'http',
          scheme: 'bearer',
          description:
            'Who may settle: a JWT of the operators on AWS, `OPERATOR_TOKEN` on the local service.',
        },
      },
    },
  };
}
