import * as z from 'zod';

function integer(most: number): z.ZodType<number> {
  const message = `must be an integer from 0 to ${most}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, message)
    .transform(Number)
    .refine((value) => value <= most, { error: message });
}

const tablePrefix = z.string().regex(/^[A-Za-z0-9_.-]{0,100}$/);

/** RFC 6750 §2.1, and long enough not to be guessed. The message must not repeat it. */
const TOKEN_RULE = 'must be 16 to 512 characters out of A-Z a-z 0-9 . _ ~ + / -';
const bearerToken = z.string().regex(/^(?=.{16,512}$)[\w.~+/-]+=*$/, TOKEN_RULE);

const STORE_RULE = 'must be aws, memory, or an address such as http://localhost:8000';
const MISSING_STORE =
  'must be set in production: aws, an address, or memory, which forgets all bets at exit';

const store = z.string({ error: MISSING_STORE }).refine(isStore, { error: STORE_RULE });

function isStore(text: string): boolean {
  const address = z.url({ protocol: /^https?$/ });
  return z.union([z.enum(['aws', 'memory']), address]).safeParse(text).success;
}

/** A name or an address as it stands in a URL, without a port. */
const HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])$/i;
const HOSTS_RULE = 'must be hosts without a port, such as bets.example,192.0.2.7,[2001:db8::7]';

const hosts = z
  .string()
  .transform((text) => text.toLowerCase().split(/, */))
  .refine((names) => names.every((name) => HOST.test(name)), { error: HOSTS_RULE });

export const ORIGINS_RULE = 'must be origins such as https://bets.example,http://localhost:8080';

/** As browsers write them: in lower case, without a path, and without a port that is the usual. */
export function isOrigin(text: string): boolean {
  return /^https?:/.test(text) && URL.parse(text)?.origin === text;
}

const origins = z
  .string()
  .transform((text) => text.split(/, */))
  .refine((each) => each.every(isOrigin), { error: ORIGINS_RULE });

const BASE_PATH_RULE = 'must be a path such as /api, without a slash at its end';
const basePath = z.string().regex(/^(?:\/[\w.~-]+)+$/, BASE_PATH_RULE);

/** Every setting of the service; nothing else reads the environment. */
const settings = z
  .object({
    /** TCP port that the local service listens on. */
    PORT: integer(65_535).default(3000),
    /** Address that the local service listens on. */
    HOST: z.string().min(1).default('127.0.0.1'),
    /** Hosts that the local service answers for, besides loopback names and `HOST`. */
    ALLOWED_HOSTS: hosts.default([]),
    /** The path that a proxy or API Gateway leaves before the service's own, such as `/api`. */
    BASE_PATH: basePath.default(''),
    /** Origins whose pages may call the local service; AWS has a parameter for that. */
    CORS_ORIGINS: origins.default([]),
    /** Where the bets are kept: in AWS's DynamoDB, in this process, or in one at an address. */
    DYNAMODB_ENDPOINT: store,
    /** Stands before every table's name. */
    TABLE_PREFIX: tablePrefix.default('bet-maker-'),
    /** What operators of the local service settle events with; AWS has an authorizer for that. */
    OPERATOR_TOKEN: bearerToken.optional(),
    /** How long a PUT may store statuses before it answers 202, in milliseconds. */
    SETTLE_BUDGET_MS: integer(60_000).default(1000),
    LOG_LEVEL: z.enum(['DEBUG', 'INFO', 'WARN', 'ERROR', 'SILENT']).default('INFO'),
  })
  .transform((given) => ({
    port: given.PORT,
    host: given.HOST,
    allowedHosts: given.ALLOWED_HOSTS,
    basePath: given.BASE_PATH,
    corsOrigins: given.CORS_ORIGINS,
    store: given.DYNAMODB_ENDPOINT,
    tablePrefix: given.TABLE_PREFIX,
    operatorToken: given.OPERATOR_TOKEN,
    settleBudgetMs: given.SETTLE_BUDGET_MS,
    logLevel: given.LOG_LEVEL,
  }));

export type Config = z.output<typeof settings>;

/** The settings are wrong; the message names each fault on a line of its own. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** The settings in an environment, which is this process's own by default. Throws `ConfigError`. */
export function readConfig(environment: Record<string, string | undefined> = process.env): Config {
  // An empty variable is how compose and shells spell "not set".
  const given = Object.entries(environment).filter(([, value]) => value !== '');
  const parsed = settings.safeParse({ ...defaultStore(environment), ...Object.fromEntries(given) });
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`);
  throw new ConfigError(`The settings are wrong:\n${faults.join('\n')}`);
}

/** The same for a Lambda function, of which the store is AWS's own unless it is told another. */
export function readLambdaConfig(): Config {
  return readConfig({ DYNAMODB_ENDPOINT: 'aws', ...process.env });
}

/** In production nobody gets a store that forgets without asking for it. */
function defaultStore(environment: Record<string, string | undefined>) {
  return environment['NODE_ENV'] === 'production' ? {} : { DYNAMODB_ENDPOINT: 'memory' };
}

/** This process's environment, for another process of the service on a store at `endpoint`. */
export function environmentOn(endpoint: string): Record<string, string | undefined> {
  return { ...process.env, DYNAMODB_ENDPOINT: endpoint };
}
