import { spawnSync } from 'node:child_process';
import { config, parseConfig, useStoreAt } from './config.ts';

const DEFAULTS = {
  port: 3000,
  host: '127.0.0.1',
  dynamodbEndpoint: undefined,
  tablePrefix: 'bet-maker-',
  operatorToken: undefined,
  settleBudgetMs: 1000,
  logLevel: 'INFO',
};

describe('parseConfig', () => {
  it('has a default for every setting', () => {
    expect(parseConfig({})).toEqual(DEFAULTS);
  });

  it('takes an empty variable for one that is not set', () => {
    const empty = { PORT: '', HOST: '', DYNAMODB_ENDPOINT: '', TABLE_PREFIX: '', LOG_LEVEL: '' };

    expect(parseConfig(empty)).toEqual(DEFAULTS);
  });

  it('takes every setting, and nothing else, from the environment', () => {
    const environment = {
      PORT: '0',
      HOST: '::1',
      DYNAMODB_ENDPOINT: 'http://localhost:8000',
      TABLE_PREFIX: 'stage.1_-',
      OPERATOR_TOKEN: 'mF_9.B5f-4.1JqM+/~==',
      SETTLE_BUDGET_MS: '0',
      LOG_LEVEL: 'SILENT',
      PATH: '/bin',
    };

    expect(parseConfig(environment)).toEqual({
      port: 0,
      host: '::1',
      dynamodbEndpoint: 'http://localhost:8000',
      tablePrefix: 'stage.1_-',
      operatorToken: 'mF_9.B5f-4.1JqM+/~==',
      settleBudgetMs: 0,
      logLevel: 'SILENT',
    });
  });

  it('lists all faults at once', () => {
    const faults = parseConfig({
      PORT: '65536',
      DYNAMODB_ENDPOINT: 'localhost:8000',
      TABLE_PREFIX: 'a b',
      OPERATOR_TOKEN: 'short',
      SETTLE_BUDGET_MS: '60001',
      LOG_LEVEL: 'loud',
    });

    expect(Array.isArray(faults) && faults.map((fault) => fault.split(':')[0])).toEqual([
      'PORT',
      'DYNAMODB_ENDPOINT',
      'TABLE_PREFIX',
      'OPERATOR_TOKEN',
      'SETTLE_BUDGET_MS',
      'LOG_LEVEL',
    ]);
  });

  it.each([
    ['PORT', '-1'],
    ['PORT', '80.5'],
    ['PORT', 'http'],
    ['SETTLE_BUDGET_MS', '-1'],
    ['SETTLE_BUDGET_MS', '1.5'],
    ['DYNAMODB_ENDPOINT', 'ftp://localhost'],
    ['TABLE_PREFIX', 'x'.repeat(101)],
    ['OPERATOR_TOKEN', 'x'.repeat(15)],
    ['OPERATOR_TOKEN', 'x'.repeat(513)],
    ['OPERATOR_TOKEN', `${'x'.repeat(16)} y`],
    ['OPERATOR_TOKEN', `=${'x'.repeat(16)}`],
    ['LOG_LEVEL', 'info'],
  ])('refuses %s=%s', (name, value) => {
    const faults = parseConfig({ [name]: value });

    expect(faults).toEqual([expect.stringMatching(`^${name}: `)]);
  });
});

describe('an operator token that is wrong', () => {
  it('is not repeated where everybody can read it', () => {
    expect(parseConfig({ OPERATOR_TOKEN: 'secret, but misspelled' })).toEqual([
      'OPERATOR_TOKEN: must be 16 to 512 characters out of A-Z a-z 0-9 . _ ~ + / -',
    ]);
  });
});

describe('integers', () => {
  it.each([' ', '0x10', '1e3', '1.5', '-1', '+1', '70000', '9999999999'])(
    'are not spelled %j',
    (PORT) => {
      expect(parseConfig({ PORT })).toEqual(['PORT: must be an integer from 0 to 65535']);
    },
  );
});

describe('config', () => {
  it('ends the process with code 2 and every fault when the settings are wrong', () => {
    const { status, stderr, stdout } = spawnSync(
      process.execPath,
      ['--no-warnings', '--input-type=module', '--eval', `await import('${__dirname}/config.ts')`],
      { env: { ...process.env, PORT: 'x', LOG_LEVEL: 'loud' }, encoding: 'utf8' },
    );

    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr.split('\n').map((line) => line.split(':')[0])).toEqual([
      'bet-maker cannot start, its settings are wrong',
      '  PORT',
      '  LOG_LEVEL',
      '',
    ]);
  });

  it('can be pointed at a store whose address is known only later', () => {
    useStoreAt('http://127.0.0.1:4567');

    expect(config.dynamodbEndpoint).toBe('http://127.0.0.1:4567');
  });
});
