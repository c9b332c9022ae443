import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { tables } from '../../infra/tables.ts';
import { ofType, type Packaged, packageService, type Template } from './packaged.ts';

let packaged: Packaged;
let production: Packaged;
beforeAll(async () => {
  [packaged, production] = await Promise.all([
    packageService(),
    packageService([
      '--stage=prod',
      '--param=jwtIssuer=https://login.example.com/',
      '--param=jwtAudience=desk',
      '--param=placeBetConcurrency=400',
      '--param=placeBetRate=7000',
      '--param=alarmTopicArn=arn:aws:sns:eu-central-1:111122223333:pager',
      '--param=unfinishedAlarmSeconds=120',
    ]),
  ]);
}, 120_000);
afterAll(() => Promise.all([packaged.remove(), production.remove()]));

const properties = (template: Template, id: string): Record<string, unknown> =>
  template.Resources[id]?.Properties ?? {};

const byId = (template: Template, type: string): Record<string, Record<string, unknown>> =>
  Object.fromEntries(ofType(template, type).map(([id, { Properties }]) => [id, Properties]));

const FUNCTIONS = [
  'placeBet',
  'listBets',
  'getBet',
  'settleEvent',
  'listEvents',
  'getEvent',
  'pages',
  'resumeSettlements',
];

describe('the functions', () => {
  it('are one a handler, on arm64 and Node.js 24, traced, told their tables', () => {
    const found = Object.values(byId(packaged.template, 'AWS::Lambda::Function'));

    expect(found.map(({ FunctionName }) => String(FunctionName)).toSorted()).toEqual(
      FUNCTIONS.map((name) => `bet-maker-dev-${name}`).toSorted(),
    );
    expect(new Set(found.map(({ Handler }) => Handler)).size).toBe(FUNCTIONS.length);
    for (const { Runtime, Architectures, TracingConfig, Environment } of found) {
      expect({ Runtime, Architectures, TracingConfig, Environment }).toEqual({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        TracingConfig: { Mode: 'Active' },
        Environment: {
          Variables: {
            TABLE_PREFIX: 'bet-maker-dev-',
            LOG_LEVEL: 'INFO',
            SETTLE_BUDGET_MS: '1000',
            POWERTOOLS_SERVICE_NAME: 'bet-maker-dev',
          },
        },
      });
    }
  });

  it('outlive the deadline of a request and are given up before API Gateway gives up', () => {
    const DEADLINE_SECONDS = 8;
    const GATEWAY_SECONDS = 30;
    for (const name of FUNCTIONS.filter((one) => one !== 'resumeSettlements')) {
      const id = `${name.charAt(0).toUpperCase()}${name.slice(1)}LambdaFunction`;
      const { Timeout, MemorySize } = properties(packaged.template, id);
      expect(Timeout).toBeGreaterThan(DEADLINE_SECONDS);
      expect(Timeout).toBeLessThan(GATEWAY_SECONDS);
      expect(MemorySize).toBeGreaterThanOrEqual(512);
    }
  });

  it('run as often at once as the parameters say', () => {
    const concurrency = ({ template }: Packaged): Record<string, unknown> =>
      Object.fromEntries(
        Object.entries(byId(template, 'AWS::Lambda::Function')).map(([id, one]) => [
          id.replace('LambdaFunction', ''),
          one['ReservedConcurrentExecutions'],
        ]),
      );

    expect(concurrency(packaged)).toMatchObject({ PlaceBet: undefined, ResumeSettlements: 1 });
    expect(concurrency(production)).toMatchObject({ PlaceBet: 400, ResumeSettlements: 1 });
  });
});

describe('resumeSettlements', () => {
  it('runs each minute, one run at a time, each over before the next, none repeated', () => {
    const { template } = packaged;

    expect(properties(template, 'ResumeSettlementsEventsRuleSchedule1')).toMatchObject({
      Name: 'bet-maker-dev-resumeSettlements',
      ScheduleExpression: 'rate(1 minute)',
      State: 'ENABLED',
      Targets: [{ Arn: { 'Fn::GetAtt': ['ResumeSettlementsLambdaFunction', 'Arn'] } }],
    });
    expect(properties(template, 'ResumeSettlementsLambdaFunction')['Timeout']).toBeLessThan(60);
    expect(properties(template, 'ResumeSettlementsLambdaEvConf')).toMatchObject({
      MaximumRetryAttempts: 0,
      MaximumEventAgeInSeconds: 60,
    });
  });
});

describe('the routes', () => {
  it('lead each to its function, by payload format 2.0', () => {
    const { template } = packaged;
    const routes = Object.values(byId(template, 'AWS::ApiGatewayV2::Route')).map(
      ({ RouteKey, Target }) => {
        const integration = /HttpApiIntegration\w+/.exec(JSON.stringify(Target))?.[0] ?? '';
        const { IntegrationUri, PayloadFormatVersion } = properties(template, integration);
        return [RouteKey, JSON.stringify(IntegrationUri), PayloadFormatVersion].join(' ');
      },
    );

    const to = (id: string): string => `{"Fn::GetAtt":["${id}","Arn"]} 2.0`;
    expect(routes.toSorted()).toEqual([
      `$default ${to('PagesLambdaFunction')}`,
      `GET /bets ${to('ListBetsLambdaFunction')}`,
      `GET /bets/{id} ${to('GetBetLambdaFunction')}`,
      `GET /events ${to('ListEventsLambdaFunction')}`,
      `GET /events/{event_id} ${to('GetEventLambdaFunction')}`,
      `HEAD /bets ${to('ListBetsLambdaFunction')}`,
      `HEAD /bets/{id} ${to('GetBetLambdaFunction')}`,
      `HEAD /events ${to('ListEventsLambdaFunction')}`,
      `HEAD /events/{event_id} ${to('GetEventLambdaFunction')}`,
      `POST /bets ${to('PlaceBetLambdaFunction')}`,
      `PUT /events/{event_id} ${to('SettleEventLambdaFunction')}`,
    ]);
  });

  it('end with no slash, which API Gateway would refuse', () => {
    const keys = Object.values(byId(packaged.template, 'AWS::ApiGatewayV2::Route')).map(
      ({ RouteKey }) => RouteKey,
    );

    for (const key of keys) expect(key).toMatch(/[^/]$/);
  });

  it('are open to all but the one that settles, which is the operators’', () => {
    const kinds = ({ template }: Packaged): unknown[][] =>
      Object.values(byId(template, 'AWS::ApiGatewayV2::Route'))
        .filter(({ AuthorizationType }) => AuthorizationType !== undefined)
        .map(({ RouteKey, AuthorizationType, AuthorizerId }) => [
          RouteKey,
          AuthorizationType,
          AuthorizerId,
        ]);

    expect(kinds(packaged)).toEqual([
      ['PUT /events/{event_id}', 'JWT', { Ref: 'HttpApiAuthorizerOperators' }],
    ]);
    expect(kinds(production)).toEqual(kinds(packaged));
    expect(properties(production.template, 'HttpApiAuthorizerOperators')).toMatchObject({
      AuthorizerType: 'JWT',
      IdentitySource: ['$request.header.Authorization'],
      JwtConfiguration: { Issuer: 'https://login.example.com/', Audience: ['desk'] },
    });
  });

  it('are throttled by the parameters, once they are there', () => {
    const stage = production.template.Resources['HttpApiStage'];
    const limit = (rate: number, burst: number): object => ({
      ThrottlingRateLimit: rate,
      ThrottlingBurstLimit: burst,
      DetailedMetricsEnabled: true,
    });

    expect(stage?.Properties['DefaultRouteSettings']).toEqual(limit(1000, 2000));
    expect(stage?.Properties['RouteSettings']).toEqual({
      'POST /bets': limit(7000, 5000),
      'PUT /events/{event_id}': limit(50, 100),
    });
    for (const key of ['POST /bets', 'PUT /events/{event_id}']) {
      const [id] =
        ofType(production.template, 'AWS::ApiGatewayV2::Route').find(
          ([, route]) => route.Properties['RouteKey'] === key,
        ) ?? [];
      expect(stage?.DependsOn).toContain(id);
    }
  });
});

describe('the tables', () => {
  it('are those of the one definition, on demand, with point-in-time recovery', () => {
    const found = Object.values(byId(packaged.template, 'AWS::DynamoDB::Table'));

    const kept = {
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      DeletionProtectionEnabled: false,
    };
    for (const [name, definition] of Object.entries(tables)) {
      const TableName = `bet-maker-dev-${name}`;
      expect(found).toContainEqual({ TableName, ...definition, ...kept });
    }
    expect(found).toHaveLength(Object.keys(tables).length);
    expect(new Set(found.map(({ BillingMode }) => BillingMode))).toEqual(
      new Set(['PAY_PER_REQUEST']),
    );
  });

  it('are kept in production, whatever happens to the stack, and not elsewhere', () => {
    const kept = ({ template }: Packaged): unknown[] =>
      ofType(template, 'AWS::DynamoDB::Table').map(([, { DeletionPolicy, Properties }]) => [
        Properties['TableName'],
        DeletionPolicy,
        Properties['DeletionProtectionEnabled'],
      ]);

    expect(kept(packaged)).toEqual(
      Object.keys(tables).map((name) => [`bet-maker-dev-${name}`, 'Delete', false]),
    );
    expect(kept(production)).toEqual(
      Object.keys(tables).map((name) => [`bet-maker-prod-${name}`, 'Retain', true]),
    );
  });
});

describe('the logs', () => {
  it('are kept for a time, never for ever', () => {
    const groups = Object.values(byId(packaged.template, 'AWS::Logs::LogGroup'));

    expect(
      groups.map(({ LogGroupName, RetentionInDays }) => [LogGroupName, RetentionInDays]),
    ).toEqual(
      [
        ...FUNCTIONS.map((name) => `/aws/lambda/bet-maker-dev-${name}`),
        '/aws/http-api/bet-maker-dev',
      ].map((name) => [name, 30]),
    );
  });

  it('tell of each request its route and how it went, and nothing that the client sent', () => {
    const settings = properties(packaged.template, 'HttpApiStage')['AccessLogSettings'];
    const { Format } = settings as { Format: string };

    const line: unknown = JSON.parse(Format);
    const used = [...Format.matchAll(/\$context\.([\w.]+)/g)].map(([, name = '']) => name);
    expect(line).toMatchObject({ requestId: '$context.requestId', route: '$context.routeKey' });
    expect(used.toSorted()).toEqual([
      'authorizer.error',
      'error.message',
      'integrationStatus',
      'requestId',
      'requestTime',
      'responseLatency',
      'responseLength',
      'routeKey',
      'status',
    ]);
  });
});

interface AlarmProperties {
  AlarmName: string;
  AlarmActions: string[];
  ComparisonOperator: string;
  Threshold: number;
  TreatMissingData: string;
  Metrics: {
    Expression?: string;
    ReturnData: boolean;
    MetricStat?: {
      Metric: { Namespace: string; MetricName: string; Dimensions: { Name: string }[] };
    };
  }[];
}

const alarmsOf = ({ template }: Packaged): AlarmProperties[] =>
  // Their shape is CloudFormation's.
  Object.values(byId(template, 'AWS::CloudWatch::Alarm')) as unknown as AlarmProperties[];

describe('the alarms', () => {
  it('watch errors, throttles, what is unfinished, and the resumer', () => {
    const watched = alarmsOf(packaged).map((alarm) => [
      alarm.AlarmName,
      [
        ...new Set(
          alarm.Metrics.flatMap(({ MetricStat }) => {
            if (MetricStat === undefined) return [];
            return [`${MetricStat.Metric.Namespace} ${MetricStat.Metric.MetricName}`];
          }),
        ),
      ].join(', '),
      alarm.ComparisonOperator,
      alarm.Threshold,
      alarm.TreatMissingData,
    ]);

    const above = 'GreaterThanThreshold';
    const quiet = 'notBreaching';
    expect(watched).toEqual([
      ['bet-maker-dev-ServerErrors', 'AWS/ApiGateway 5xx, AWS/ApiGateway Count', above, 1, quiet],
      ['bet-maker-dev-FunctionThrottles', 'AWS/Lambda Throttles', above, 0, quiet],
      ['bet-maker-dev-ReadThrottles', 'AWS/DynamoDB ReadThrottleEvents', above, 0, quiet],
      ['bet-maker-dev-WriteThrottles', 'AWS/DynamoDB WriteThrottleEvents', above, 0, quiet],
      [
        'bet-maker-dev-UnfinishedSettlement',
        'BetMaker OldestUnfinishedSettlementAge',
        above,
        900,
        quiet,
      ],
      ['bet-maker-dev-ResumerErrors', 'AWS/Lambda Errors', above, 0, quiet],
      [
        'bet-maker-dev-ResumerSilence',
        'AWS/Lambda Invocations',
        'LessThanThreshold',
        1,
        'breaching',
      ],
    ]);
  });

  it('look at every function, table and index there is', () => {
    const dimensions = (name: string): number =>
      alarmsOf(packaged)
        .find(({ AlarmName }) => AlarmName.endsWith(name))
        ?.Metrics.filter(({ MetricStat }) => MetricStat !== undefined).length ?? 0;
    const indexes = Object.values(tables).flatMap((table) => table.GlobalSecondaryIndexes ?? []);
    const places = Object.keys(tables).length + indexes.length;

    expect(dimensions('FunctionThrottles')).toBe(FUNCTIONS.length);
    expect(dimensions('ReadThrottles')).toBe(places);
    expect(dimensions('WriteThrottles')).toBe(places);
  });

  it('compare one number each, out of at most the ten metrics that CloudWatch takes', () => {
    for (const { Metrics } of alarmsOf(packaged)) {
      expect(Metrics.filter(({ ReturnData }) => ReturnData)).toHaveLength(1);
      expect(Metrics.length).toBeLessThanOrEqual(10);
    }
  });

  it('are sent to the topic that is given, and to nobody without one', () => {
    const topic = 'arn:aws:sns:eu-central-1:111122223333:pager';

    expect(alarmsOf(packaged).flatMap(({ AlarmActions }) => AlarmActions)).toEqual([]);
    expect(alarmsOf(production).map(({ AlarmActions }) => AlarmActions)).toEqual(
      alarmsOf(production).map(() => [topic]),
    );
    expect(
      alarmsOf(production).find(({ AlarmName }) => AlarmName.includes('Unfinished'))?.Threshold,
    ).toBe(120);
  });
});

describe('our own metrics', () => {
  /** Every value of the dimension `service`, as alarms and the dashboard ask for it. */
  const services = (asked: unknown): Set<string | undefined> => {
    const text = JSON.stringify(asked).replaceAll('\\', '');
    return new Set([...text.matchAll(/"service","(?:Value":")?([^"]+)"/g)].map(([, name]) => name));
  };

  it.each([
    ['dev', () => packaged],
    ['prod', () => production],
  ])('are those of the one stage: %s', (stage, of) => {
    const { template } = of();
    const told = Object.values(byId(template, 'AWS::Lambda::Function')).map(({ Environment }) =>
      JSON.stringify(Environment),
    );

    const name = `bet-maker-${stage}`;
    for (const one of told) expect(one).toContain(`"POWERTOOLS_SERVICE_NAME":"${name}"`);
    expect(services(byId(template, 'AWS::CloudWatch::Alarm'))).toEqual(new Set([name]));
    expect(services(byId(template, 'AWS::CloudWatch::Dashboard'))).toEqual(new Set([name]));
  });
});

describe('the dashboard', () => {
  it('is one, and shows every metric of our own', () => {
    const dashboards = Object.values(byId(packaged.template, 'AWS::CloudWatch::Dashboard'));
    const text = JSON.stringify(dashboards[0]?.['DashboardBody']);

    expect(dashboards).toHaveLength(1);
    expect(dashboards[0]?.['DashboardName']).toBe('bet-maker-dev');
    const body = dashboards[0]?.['DashboardBody'] as { 'Fn::Sub': string };
    const { widgets } = JSON.parse(body['Fn::Sub']) as { widgets: object[] };
    expect(widgets.length).toBeGreaterThan(10);
    for (const name of [
      'BetsPlaced',
      'BetsReplayed',
      'BetsRefused',
      'StakePlacedMinor',
      'PlaceConflicts',
      'SettlementsBegun',
      'SettlementsFinished',
      'BetsSettled',
      'UnfinishedSettlements',
      'OldestUnfinishedSettlementAge',
    ]) {
      expect(text).toContain(`\\"BetMaker\\",\\"${name}\\"`);
    }
  });
});

describe('packaging', () => {
  it('puts stage and prefix before every name', () => {
    const NAMES = ['FunctionName', 'TableName', 'AlarmName', 'DashboardName', 'LogGroupName'];
    const named = Object.values(production.template.Resources).flatMap(({ Properties }) =>
      NAMES.flatMap((name) => (typeof Properties[name] === 'string' ? [Properties[name]] : [])),
    );

    expect(named.length).toBeGreaterThan(20);
    for (const name of named) expect(name).toMatch(/^(\/aws\/[a-z-]+\/)?bet-maker-prod(-|$)/);
  });

  it.each([
    ['nobody who signs for operators in production', ['--stage=production']],
    ['an issuer without TLS', ['--param=jwtIssuer=http://login.example.com']],
    ['an alarm topic that is none', ['--param=alarmTopicArn=pager@example.com']],
    ['a throttle that lets nothing through', ['--param=placeBetRate=0']],
  ])(
    'refuses %s',
    async (_case, given) => {
      await expect(packageService(given)).rejects.toMatchObject({ code: 1 });
    },
    60_000,
  );
});
