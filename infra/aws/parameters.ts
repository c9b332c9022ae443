import * as z from 'zod';
import { isOrigin, ORIGINS_RULE } from '../../lib/config.ts';
import { FUNCTION_NAMES, type FunctionName } from './access.ts';

/** What osls hands to a function that a variable of serverless.yml names. */
export interface VariableSource {
  /** The options of the command line. */
  options: { param?: readonly string[] };
  resolveVariable: (variable: string) => Promise<unknown>;
}

/** A parameter from a file is what YAML says, and one from the command line is a text. */
function number(rule: string, fits: (value: number) => boolean) {
  return z.unknown().transform((given, context): number => {
    const isText = typeof given === 'string' && given.trim() !== '';
    const value = isText ? Number(given) : given;
    if (typeof value === 'number' && fits(value)) return value;
    context.addIssue({ code: 'custom', message: rule });
    return z.NEVER;
  });
}

function text(rule: string, grammar: RegExp) {
  return z.string({ error: rule }).regex(grammar, { error: rule });
}

const integer = (from: number, to: number) =>
  number(`must be an integer from ${from} to ${to}`, (value) => {
    return Number.isInteger(value) && value >= from && value <= to;
  });

const rate = number('must be a number of requests a second, above 0', (value) => {
  return value > 0 && Number.isFinite(value);
});
const burst = integer(1, 1_000_000);

const flag = (rule: string) => z.union([z.boolean(), z.stringbool()], { error: rule });

/** Days that CloudWatch can keep a log for: its API, `PutRetentionPolicy`. */
const RETENTIONS =
  '1 3 5 7 14 30 60 90 120 150 180 365 400 545 731 1096 1827 2192 2557 2922 3288 3653'
    .split(' ')
    .map(Number);

const LEVELS = ['DEBUG', 'INFO', 'WARN', 'ERROR'];

/** The command line has no lists. */
const listed = (given: unknown): unknown => (typeof given === 'string' ? given.split(',') : given);

const origin = z.string({ error: ORIGINS_RULE }).refine(isOrigin, { error: ORIGINS_RULE });

const SCOPES_RULE = 'must be a list of scopes such as bets:settle';
/** Of tokens. RFC 6749 §3.3: without space, quote and backslash. */
const scope = text(SCOPES_RULE, /^[!#-[\]-~]+$/);
const scopes = z.preprocess(
  listed,
  z.array(scope, { error: SCOPES_RULE }).min(1, { error: SCOPES_RULE }),
);

const instances = integer(0, 10_000).optional();
type Concurrency = `${Exclude<FunctionName, 'resumeSettlements'>}Concurrency`;
const concurrencies = Object.fromEntries(
  FUNCTION_NAMES.filter((name) => name !== 'resumeSettlements').map((name) => {
    return [`${name}Concurrency`, instances];
  }),
) as Record<Concurrency, typeof instances>; // Its keys are these names.

/** How CodeDeploy moves the requests to a new version: its predefined configurations. */
const SHIFTS = [
  'AllAtOnce',
  'Canary10Percent5Minutes',
  'Canary10Percent30Minutes',
  'Linear10PercentEvery1Minute',
  'Linear10PercentEvery10Minutes',
] as const;

const DOMAIN = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/;

/** All that can be said of a stage. docs/deploy.md tells what each is for. */
export const parameters = z.strictObject({
  production: flag('must be true or false').default(true),
  jwtIssuer: z.url({
    protocol: /^https$/,
    error: 'must be the https address of who signs the tokens of operators',
  }),
  jwtAudience: text('must be 1 to 200 characters without space', /^\S{1,200}$/).default(
    'bet-maker-operators',
  ),
  jwtScopes: scopes.optional(),
  alarmTopicArn: text(
    'must be the ARN of the SNS topic that receives the alarms, arn:aws:sns:…',
    /^(none|arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]+(\.fifo)?)$/,
  ),
  unfinishedAlarmSeconds: integer(60, 86_400).default(900),
  latencyAlarmMs: integer(100, 29_000).default(2000),
  listBetsRate: rate.default(100),
  listBetsBurst: burst.default(200),
  listEventsRate: rate.default(50),
  listEventsBurst: burst.default(100),
  routeRate: rate.default(1000),
  routeBurst: burst.default(2000),
  placeBetRate: rate.default(5000),
  placeBetBurst: burst.default(5000),
  settleEventRate: rate.default(50),
  settleEventBurst: burst.default(100),
  ...concurrencies,
  logRetentionDays: number(`must be one of ${RETENTIONS.join(', ')}`, (days) => {
    return RETENTIONS.includes(days);
  }).default(30),
  logLevel: z.enum(LEVELS, { error: `must be one of ${LEVELS.join(', ')}` }).default('INFO'),
  settleBudgetMs: integer(0, 5_000).default(1000),
  domainName: text('must be the name of a domain, such as bets.example.com', DOMAIN).optional(),
  certificateArn: text(
    'must be the ARN of the certificate of domainName, arn:aws:acm:…',
    /^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[\w-]+$/,
  ).optional(),
  monthlyBudgetUsd: integer(1, 10_000_000).optional(),
  shift: z
    .enum(SHIFTS, { error: `must be one of ${SHIFTS.join(', ')}` })
    .default('Canary10Percent5Minutes'),
  tablePrefix: text(
    'must be 1 to 100 letters, digits, _, . or -, as before the names of restored tables',
    /^[\w.-]{1,100}$/,
  ).optional(),
  betStream: flag('must be true or false').default(false),
  corsOrigins: z.preprocess(listed, z.array(origin, { error: ORIGINS_RULE })).default([]),
  basePath: text(
    'must be empty or a path such as /api, without a slash at its end',
    /^(?:\/[\w.~-]+)*$/,
  ).default(''),
});

export type Parameters = z.output<typeof parameters>;

/** The parameters of a stage, from its file and from the command line, which goes first. */
export async function chosenParameters(source: VariableSource): Promise<Parameters> {
  const stage = String(await source.resolveVariable('sls:stage'));
  const file = await source.resolveVariable(`file(stages/${stage}.yml), null`);
  const given = { ...recordOf(file), ...fromCommandLine(source.options.param ?? []) };
  const parsed = parameters.safeParse(given);
  const faults = [
    ...faultsOfName(stage),
    ...(parsed.error?.issues.flatMap(faultsOf) ?? []),
    ...(parsed.success ? faultsOfProduction(parsed.data) : []),
    ...(parsed.success ? faultsOfPairs(parsed.data) : []),
  ];
  if (parsed.success && faults.length === 0) return parsed.data;
  throw refusal(stage, faults);
}

function recordOf(file: unknown): object {
  return z.record(z.string(), z.unknown()).safeParse(file).data ?? {};
}

function fromCommandLine(given: readonly string[]): object {
  const pairs = given.map((each) => /^([^=]*)=?(.*)$/s.exec(each) ?? []);
  return Object.fromEntries(pairs.map(([, name = '', value = '']) => [name, value.trim()]));
}

/** Names of functions are the longest made with it, and Lambda takes 64 characters. */
const STAGE = /^[a-z][a-z0-9-]{0,29}$/;

function faultsOfName(stage: string): string[] {
  if (STAGE.test(stage)) return [];
  return [
    'the name of a stage must be 1 to 30 characters out of a-z 0-9 -, and begin with a letter',
  ];
}

function faultsOf(issue: z.core.$ZodIssue): string[] {
  if (issue.code !== 'unrecognized_keys') return [`${issue.path[0]?.toString()}: ${issue.message}`];
  return issue.keys.map((key) => `${key}: there is no such parameter`);
}

/** What a stage whose bets are real must not lack. */
function faultsOfProduction({ production, jwtIssuer, alarmTopicArn }: Parameters): string[] {
  if (!production) return [];
  const unlessDevelopment = 'only a stage with "production: false" may do without';
  return [
    ...(new URL(jwtIssuer).hostname.endsWith('.invalid')
      ? [`jwtIssuer: nobody signs for operators; ${unlessDevelopment}`]
      : []),
    ...(alarmTopicArn === 'none'
      ? [`alarmTopicArn: nobody hears of an alarm; ${unlessDevelopment}`]
      : []),
  ];
}

/** What makes sense only with something else. */
function faultsOfPairs(chosen: Parameters): string[] {
  const { domainName, certificateArn, monthlyBudgetUsd, alarmTopicArn } = chosen;
  return [
    ...((domainName === undefined) === (certificateArn === undefined)
      ? []
      : ['domainName: it and certificateArn must be given together']),
    ...(monthlyBudgetUsd !== undefined && alarmTopicArn === 'none'
      ? ['monthlyBudgetUsd: alarmTopicArn must be a topic that hears of it']
      : []),
  ];
}

function refusal(stage: string, faults: readonly string[]): Error {
  const where = `stages/${stage}.yml, or --param="name=value"`;
  const lines = faults.map((fault) => `  ${fault}`).join('\n');
  const error = new Error(`The parameters of stage ${stage} are wrong (${where}):\n${lines}`);
  // osls would print it instead of the message.
  delete error.stack;
  return error;
}
