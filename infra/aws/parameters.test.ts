import { chosenParameters, parameters } from './parameters.ts';

const LIVE = {
  jwtIssuer: 'https://login.example.com/',
  alarmTopicArn: 'arn:aws:sns:eu-central-1:111122223333:pager',
};

/** The parameters of a stage as osls has them: of its file, and of the command line. */
function choose({ file, param, stage = 'live' }: Chosen = {}) {
  const variables: Record<string, unknown> = {
    'sls:stage': stage,
    [`file(stages/${stage}.yml), null`]: file,
  };
  const options = param === undefined ? {} : { param };
  return chosenParameters({ options, resolveVariable: async (name) => variables[name] });
}

interface Chosen {
  file?: unknown;
  param?: string[];
  stage?: string;
}

/** The lines of a refusal after the first. */
async function faultsOf(chosen: Chosen): Promise<string[]> {
  const refused: unknown = await choose(chosen).catch((error: unknown) => error);
  const [first, ...faults] = refused instanceof Error ? refused.message.split('\n') : [];
  const where = `(stages/${chosen.stage ?? 'live'}.yml, or --param="name=value")`;
  expect(first).toBe(`The parameters of stage ${chosen.stage ?? 'live'} are wrong ${where}:`);
  return faults.map((fault) => fault.trimStart());
}

const ORIGINS_RULE = 'must be origins such as https://bets.example,http://localhost:8080';
const BASE_PATH_RULE = 'must be empty or a path such as /api, without a slash at its end';

describe('the parameters of a stage', () => {
  it('are protection, and defaults, unless something else is said', async () => {
    expect(await choose({ file: LIVE })).toEqual({
      ...LIVE,
      production: true,
      jwtAudience: 'bet-maker-operators',
      unfinishedAlarmSeconds: 900,
      latencyAlarmMs: 2000,
      listBetsRate: 100,
      listBetsBurst: 200,
      listEventsRate: 50,
      listEventsBurst: 100,
      betStream: false,
      shift: 'Canary10Percent5Minutes',
      routeRate: 1000,
      routeBurst: 2000,
      placeBetRate: 5000,
      placeBetBurst: 5000,
      settleEventRate: 50,
      settleEventBurst: 100,
      logRetentionDays: 30,
      logLevel: 'INFO',
      settleBudgetMs: 1000,
      corsOrigins: [],
      basePath: '',
    });
  });

  it('come from the command line before the file, as what they mean', async () => {
    const file = { ...LIVE, logLevel: 'WARN', placeBetRate: 10, jwtScopes: ['bets:settle'] };
    const param = ['placeBetRate=0.5', 'placeBetConcurrency=400', 'production=false'];

    expect(await choose({ file, param })).toMatchObject({
      logLevel: 'WARN',
      jwtScopes: ['bets:settle'],
      placeBetRate: 0.5,
      placeBetConcurrency: 400,
      production: false,
    });
  });

  it('may all come from the command line', async () => {
    const param = Object.entries({ ...LIVE, jwtScopes: 'a,b' }).map(([name, value]) => {
      return `${name}=${value}`;
    });

    expect(await choose({ param })).toMatchObject({ ...LIVE, jwtScopes: ['a', 'b'] });
  });

  it('of development need nobody who signs for operators, nor who hears alarms', async () => {
    const file = {
      production: false,
      jwtIssuer: 'https://issuer.invalid',
      alarmTopicArn: 'none',
    };

    expect(await choose({ file, stage: 'dev' })).toMatchObject(file);
  });
});

describe('wrong parameters', () => {
  const INTEGER = 'must be an integer from';
  const RATE = 'must be a number of requests a second, above 0';

  it.each([
    ['production', 'maybe', 'must be true or false'],
    ['jwtIssuer', 'http://login.example.com', 'must be the https address of who signs the tokens'],
    ['jwtIssuer', 'login.example.com', 'must be the https address of who signs the tokens'],
    ['jwtAudience', '', 'must be 1 to 200 characters without space'],
    ['jwtScopes', [], 'must be a list of scopes such as bets:settle'],
    ['jwtScopes', 'a b', 'must be a list of scopes such as bets:settle'],
    ['jwtScopes', 7, 'must be a list of scopes such as bets:settle'],
    ['alarmTopicArn', '', 'must be the ARN of the SNS topic'],
    ['alarmTopicArn', 'me@example.com', 'must be the ARN of the SNS topic'],
    ['alarmTopicArn', 'arn:aws:sns:eu-central-1:pager', 'must be the ARN of the SNS topic'],
    ['unfinishedAlarmSeconds', 59, `${INTEGER} 60 to 86400`],
    ['latencyAlarmMs', 99, `${INTEGER} 100 to 29000`],
    ['listBetsRate', -1, RATE],
    ['listEventsBurst', 0, `${INTEGER} 1 to 1000000`],
    ['monthlyBudgetUsd', 0, `${INTEGER} 1 to 10000000`],
    ['shift', 'Slowly', 'must be one of AllAtOnce, Canary10Percent5Minutes'],
    ['betStream', 'perhaps', 'must be true or false'],
    ['domainName', 'https://bets.example.com', 'must be the name of a domain'],
    ['certificateArn', 'arn:aws:iam::1:x', 'must be the ARN of the certificate'],
    ['routeRate', 0, RATE],
    ['placeBetRate', 'many', RATE],
    ['settleEventRate', '', RATE],
    ['settleEventRate', 'Infinity', RATE],
    ['routeBurst', 1.5, `${INTEGER} 1 to 1000000`],
    ['placeBetBurst', 0, `${INTEGER} 1 to 1000000`],
    ['placeBetConcurrency', -1, `${INTEGER} 0 to 10000`],
    ['pagesConcurrency', true, `${INTEGER} 0 to 10000`],
    ['logRetentionDays', 31, 'must be one of 1, 3, 5, 7, 14, 30, 60'],
    ['logLevel', 'debug', 'must be one of DEBUG, INFO, WARN, ERROR'],
    ['logLevel', 'SILENT', 'must be one of DEBUG, INFO, WARN, ERROR'],
    ['settleBudgetMs', 'abc', `${INTEGER} 0 to 5000`],
    ['settleBudgetMs', 5001, `${INTEGER} 0 to 5000`],
    ['basePath', '/api/', BASE_PATH_RULE],
    ['basePath', 'api', BASE_PATH_RULE],
    ['corsOrigins', '*', ORIGINS_RULE],
    ['corsOrigins', ['https://bets.example/'], ORIGINS_RULE],
    ['corsOrigins', 7, ORIGINS_RULE],
    ['resumeSettlementsConcurrency', 2, 'there is no such parameter'],
    ['loglevel', 'INFO', 'there is no such parameter'],
  ])('are refused with a sentence: %s=%j', async (name, value, sentence) => {
    const faults = await faultsOf({ file: { ...LIVE, [name]: value } });

    expect(faults).toEqual([expect.stringMatching(`^${name}: ${sentence}`)]);
  });

  it('are told all at once, also those that are missing', async () => {
    const faults = await faultsOf({ param: ['logLevel=loud', 'alarms'] });

    expect(faults.map((fault) => fault.split(':')[0])).toEqual([
      'jwtIssuer',
      'alarmTopicArn',
      'logLevel',
      'alarms',
    ]);
  });

  it('are a domain without its certificate, and a budget that nobody hears of', async () => {
    const file = { ...LIVE, production: false, alarmTopicArn: 'none', monthlyBudgetUsd: 1 };

    expect(await faultsOf({ file: { ...file, domainName: 'bets.example.com' } })).toEqual([
      'domainName: it and certificateArn must be given together',
      'monthlyBudgetUsd: alarmTopicArn must be a topic that hears of it',
    ]);
  });

  it.each(['live', 'prd', 'production', 'prod-eu'])(
    'of the stage %s are an issuer that is nobody and alarms that nobody hears',
    async (stage) => {
      const file = { jwtIssuer: 'https://issuer.invalid', alarmTopicArn: 'none' };

      expect(await faultsOf({ file, stage })).toEqual([
        'jwtIssuer: nobody signs for operators; ' +
          'only a stage with "production: false" may do without',
        'alarmTopicArn: nobody hears of an alarm; ' +
          'only a stage with "production: false" may do without',
      ]);
    },
  );

  it.each(['Prod', '1st', 'x'.repeat(31)])('are those of a stage named %s', async (stage) => {
    const rule = 'must be 1 to 30 characters out of a-z 0-9 -, and begin with a letter';

    expect(await faultsOf({ file: LIVE, stage })).toEqual([`the name of a stage ${rule}`]);
  });
});

it('are the same when they are checked again', async () => {
  const chosen = await choose({ file: { ...LIVE, jwtScopes: ['a'], placeBetConcurrency: '4' } });

  expect(parameters.parse(chosen)).toEqual(chosen);
});
