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

/** Every setting of the service; nothing else reads the environment. */
const settings = z
  .object({
    /** TCP port that the local service listens on. */
    PORT: integer(65_535).default(3000),
    /** Address that the local service listens on. */
    HOST: z.string().min(1).default('127.0.0.1'),
    /** A local DynamoDB. Without it: the embedded store on a laptop, AWS on Lambda. */
    DYNAMODB_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
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
    dynamodbEndpoint: given.DYNAMODB_ENDPOINT,
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
  const parsed = settings.safeParse(Object.fromEntries(given));
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`);
  throw new ConfigError(`The settings are wrong:\n${faults.join('\n')}`);
}

/** This process's environment, for another process of the service on a store at `endpoint`. */
export function environmentOn(endpoint: string): Record<string, string | undefined> {
  return { ...process.env, DYNAMODB_ENDPOINT: endpoint };
}
