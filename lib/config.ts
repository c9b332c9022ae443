import * as z from 'zod';

function integer(most: number): z.ZodType<number> {
  const message = `must be an integer from 0 to ${most}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, message)
    .transform(Number)
    .refine((value) => value <= most, { error: message });
}

const port = integer(65_535);
const milliseconds = integer(60_000);

/** RFC 6750 §2.1, and long enough not to be guessed. The message must not repeat it. */
const bearerToken = z
  .string()
  .regex(
    /^(?=.{16,512}$)[\w.~+/-]+=*$/,
    'must be 16 to 512 characters out of A-Z a-z 0-9 . _ ~ + / -',
  );

/** Every setting of the service; nothing else reads the environment. */
const settings = z.object({
  /** TCP port that the local service listens on. */
  PORT: port.default(3000),
  /** Address that the local service listens on. */
  HOST: z.string().min(1).default('127.0.0.1'),
  /** A local DynamoDB. Without it: the embedded store on a laptop, AWS on Lambda. */
  DYNAMODB_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  /** Stands before every table's name. */
  TABLE_PREFIX: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{0,100}$/)
    .default('bet-maker-'),
  /** What operators of the local service settle events with; AWS has an authorizer for that. */
  OPERATOR_TOKEN: bearerToken.optional(),
  /** How long a PUT may store statuses before it answers 202, in milliseconds. */
  SETTLE_BUDGET_MS: milliseconds.default(1000),
  LOG_LEVEL: z.enum(['DEBUG', 'INFO', 'WARN', 'ERROR', 'SILENT']).default('INFO'),
});

export interface Config {
  port: number;
  host: string;
  dynamodbEndpoint: string | undefined;
  tablePrefix: string;
  operatorToken: string | undefined;
  settleBudgetMs: number;
  logLevel: 'DEBUG' | 'INFO' | 'WARN' | 'ERROR' | 'SILENT';
}

/** The settings in an environment, or every fault in them, one a line. */
export function parseConfig(environment: Record<string, string | undefined>): Config | string[] {
  // An empty variable is how compose and shells spell "not set".
  const given = Object.entries(environment).filter(([, value]) => value !== '');
  const parsed = settings.safeParse(Object.fromEntries(given));
  if (!parsed.success) {
    return parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  }
  const { data } = parsed;
  return {
    port: data.PORT,
    host: data.HOST,
    dynamodbEndpoint: data.DYNAMODB_ENDPOINT,
    tablePrefix: data.TABLE_PREFIX,
    operatorToken: data.OPERATOR_TOKEN,
    settleBudgetMs: data.SETTLE_BUDGET_MS,
    logLevel: data.LOG_LEVEL,
  };
}

function readConfig(): Config {
  const config = parseConfig(process.env);
  if (!Array.isArray(config)) return config;
  process.stderr.write(
    `bet-maker cannot start, its settings are wrong:\n  ${config.join('\n  ')}\n`,
  );
  process.exit(2);
}

/** The settings of this process. Wrong ones end it with exit code 2 when this is first imported. */
export const config: Config = readConfig();

/** Points this process at a store whose address is known only once it has started. */
export function useStoreAt(endpoint: string): void {
  config.dynamodbEndpoint = endpoint;
}

/** This process's environment, for another process of the service on a store at `endpoint`. */
export function environmentOn(endpoint: string): Record<string, string | undefined> {
  return { ...process.env, DYNAMODB_ENDPOINT: endpoint };
}
