import { ConfigError, environmentOn, readConfig, readLambdaConfig } from './config.ts';

const DEFAULTS = {
  port: 3000,
  host: '127.0.0.1',
  allowedHosts: [],
  basePath: '',
  corsOrigins: [],
  store: 'memory',
  tablePrefix: 'bet-maker-',
  operatorToken: undefined,
  settleBudgetMs: 1000,
  logLevel: 'INFO',
};

/** Why an environment is refused. */
function refusal(environment: Record<string, string>): string {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
  }
  throw new Error('The environment was not refused.');
}

describe('readConfig', () => {
  it('has a default for every setting', () => {
    expect(readConfig({})).toEqual(DEFAULTS);
  });

  it('takes an empty variable for one that is not set', () => {
    const local = ['PORT', 'HOST', 'ALLOWED_HOSTS', 'DYNAMODB_ENDPOINT', 'OPERATOR_TOKEN'];
    const others = ['BASE_PATH', 'CORS_ORIGINS', 'TABLE_PREFIX', 'SETTLE_BUDGET_MS', 'LOG_LEVEL'];
    const empty = [...local, ...others].map((name) => [name, '']);

    expect(readConfig(Object.fromEntries(empty))).toEqual(DEFAULTS);
  });

  it('takes every setting, and nothing else, from the environment', () => {
    const environment = {
      PORT: '65535',
      HOST: '::1',
      ALLOWED_HOSTS: 'Bets.example, 192.0.2.7,[2001:DB8::7]',
      BASE_PATH: '/bookmaker/api',
      CORS_ORIGINS: 'https://bets.example, http://localhost:8080',
      DYNAMODB_ENDPOINT: 'http://localhost:8000',
      TABLE_PREFIX: 'stage.1_-',
      OPERATOR_TOKEN: 'mF_9.B5f-4.1JqM+/~==',
      SETTLE_BUDGET_MS: '0',
      LOG_LEVEL: 'SILENT',
      PATH: '/bin',
    };

    expect(readConfig(environment)).toEqual({
      port: 65_535,
      host: '::1',
      allowedHosts: ['bets.example', '192.0.2.7', '[2001:db8::7]'],
      basePath: '/bookmaker/api',
      corsOrigins: ['https://bets.example', 'http://localhost:8080'],
      store: 'http://localhost:8000',
      tablePrefix: 'stage.1_-',
      operatorToken: 'mF_9.B5f-4.1JqM+/~==',
      settleBudgetMs: 0,
      logLevel: 'SILENT',
    });
  });

  it('names all faults at once, each on a line of its own, and no token', () => {
    const message = refusal({
      PORT: 'http',
      OPERATOR_TOKEN: 'secret, but misspelled',
      SETTLE_BUDGET_MS: '60001',
    });

    expect(message.split('\n')).toEqual([
      'The settings are wrong:',
      '  PORT: must be an integer from 0 to 65535',
      '  OPERATOR_TOKEN: must be 16 to 512 characters out of A-Z a-z 0-9 . _ ~ + / -',
      '  SETTLE_BUDGET_MS: must be an integer from 0 to 60000',
    ]);
  });

  it.each([
    ...[' ', '65536', '0x10', '1e3', '1.5', '-1', '+1', '9999999999'].map((port) => ['PORT', port]),
    ['ALLOWED_HOSTS', '*'],
    ['ALLOWED_HOSTS', 'http://bets.example'],
    ['ALLOWED_HOSTS', 'bets.example:3000'],
    ['ALLOWED_HOSTS', 'bets.example,'],
    ['ALLOWED_HOSTS', '2001:db8::7'],
    ['BASE_PATH', 'api'],
    ['BASE_PATH', '/api/'],
    ['BASE_PATH', '/'],
    ['BASE_PATH', 'https://bets.example/api'],
    ['CORS_ORIGINS', '*'],
    ['CORS_ORIGINS', 'null'],
    ['CORS_ORIGINS', 'bets.example'],
    ['CORS_ORIGINS', 'https://bets.example/'],
    ['CORS_ORIGINS', 'https://Bets.example'],
    ['CORS_ORIGINS', 'https://bets.example:443'],
    ['CORS_ORIGINS', 'ftp://bets.example'],
    ['CORS_ORIGINS', 'https://bets.example,'],
    ['DYNAMODB_ENDPOINT', 'localhost:8000'],
    ['DYNAMODB_ENDPOINT', 'ftp://localhost'],
    ['DYNAMODB_ENDPOINT', 'xhttp://localhost'],
    ['DYNAMODB_ENDPOINT', 'httpx://localhost'],
    ['TABLE_PREFIX', 'a b'],
    ['TABLE_PREFIX', 'x'.repeat(101)],
    ['OPERATOR_TOKEN', 'x'.repeat(15)],
    ['OPERATOR_TOKEN', 'x'.repeat(513)],
    ['OPERATOR_TOKEN', `=${'x'.repeat(16)}`],
    ['LOG_LEVEL', 'info'],
  ])('refuses %s=%s', (name = '', value = '') => {
    expect(refusal({ [name]: value })).toMatch(`The settings are wrong:\n  ${name}: `);
  });

  it.each([
    ['ALLOWED_HOSTS', 'hosts without a port, such as bets.example,192.0.2.7,[2001:db8::7]'],
    ['BASE_PATH', 'a path such as /api, without a slash at its end'],
    ['CORS_ORIGINS', 'origins such as https://bets.example,http://localhost:8080'],
  ])('says what %s must be', (name, rule) => {
    expect(refusal({ [name]: '*' })).toMatch(`\n  ${name}: must be ${rule}`);
  });
});

it.each(['DEBUG', 'INFO', 'WARN', 'ERROR', 'SILENT'])('logs from the level %s on', (level) => {
  expect(readConfig({ LOG_LEVEL: level }).logLevel).toBe(level);
});

describe('the store in production', () => {
  const NODE_ENV = 'production';

  it('must be named, because one in memory forgets all bets', () => {
    expect(refusal({ NODE_ENV })).toBe(
      'The settings are wrong:\n  DYNAMODB_ENDPOINT: must be set in production: aws, an address, ' +
        'or memory, which forgets all bets at exit',
    );
  });

  it.each(['memory', 'aws', 'http://dynamodb:8000'])('is %s when that is asked for', (asked) => {
    expect(readConfig({ NODE_ENV, DYNAMODB_ENDPOINT: asked }).store).toBe(asked);
  });

  it('is refused in the words of any other place when it is no store', () => {
    expect(refusal({ NODE_ENV, DYNAMODB_ENDPOINT: 'AWS' })).toBe(
      'The settings are wrong:\n' +
        '  DYNAMODB_ENDPOINT: must be aws, memory, or an address such as http://localhost:8000',
    );
  });
});

it('is AWS for a function, which has nobody else to keep bets', () => {
  expect(readLambdaConfig().store).toBe('aws');
});

describe('environmentOn', () => {
  it("is this process's own environment with another store", () => {
    expect(environmentOn('http://localhost:4567')).toMatchObject({
      PATH: expect.any(String),
      DYNAMODB_ENDPOINT: 'http://localhost:4567',
    });
  });
});
