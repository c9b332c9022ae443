import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import * as z from 'zod';
import { access, FUNCTION_NAMES } from '../../infra/aws/access.ts';
import { CORS } from '../../infra/cors.ts';
import { TABLE_NAMES, type TableDefinition, tables } from '../../lib/dynamodb/tables.ts';
import { METRICS } from '../../lib/metrics.ts';
import { type Packaged, packageService, type Template } from './packaged.ts';
import { ALARM_TOPIC, CERTIFICATE, ofType, PRODUCTION } from './packaged.ts';

jest.setTimeout(600_000);
const packages: Packaged[] = [];
let dev: Template;
let live: Template;
beforeAll(async () => {
  const [plain, production] = await Promise.all([packageService(), packageService(PRODUCTION)]);
  packages.push(plain, production);
  [dev, live] = [plain.template, production.template];
});
afterAll(() => Promise.all(packages.map(({ remove }) => remove())));

const STAGES = [
  ['dev', () => dev],
  ['live', () => live],
] as const;

type Properties = Record<string, unknown>;
const propertiesOf = (template: Template, id: string): Properties =>
  template.Resources[id]?.Properties ?? {};
const all = (template: Template, type: string): Properties[] =>
  ofType(template, type).map(([, { Properties }]) => Properties);
const idOf = (name: string, kind: string): string =>
  `${name.charAt(0).toUpperCase()}${name.slice(1)}${kind}`;
/** What the events of a function call: its newest version that is in use. */
const aliasOf = (name: string): object => ({
  'Fn::Join': [':', [arnOf(idOf(name, 'LambdaFunction')), 'live']],
});
const arnOf = (id: string): object => ({ 'Fn::GetAtt': [id, 'Arn'] });

describe('the functions', () => {
  it.each(STAGES)('are one a handler, with a role each, told their stage: %s', (stage, of) => {
    const found = all(of(), 'AWS::Lambda::Function').map(
      ({ Code: _code, Timeout: _timeout, MemorySize: _memory, ...more }) => more,
    );

    const Variables = {
      TABLE_PREFIX: `bet-maker-${stage}-`,
      LOG_LEVEL: 'INFO',
      SETTLE_BUDGET_MS: '1000',
      BASE_PATH: stage === 'live' ? '/api' : '',
      POWERTOOLS_SERVICE_NAME: `bet-maker-${stage}`,
    };
    const reserved: Record<string, number> = {
      resumeSettlements: 1,
      ...(stage === 'live' && { placeBet: 400 }),
    };
    expect(found).toEqual(
      FUNCTION_NAMES.map((name) => ({
        FunctionName: `bet-maker-${stage}-${name}`,
        Handler: `functions/${name}.handler`,
        Role: arnOf(idOf(name, 'Role')),
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        TracingConfig: { Mode: 'Active' },
        Environment: { Variables },
        ReservedConcurrentExecutions: reserved[name],
      })),
    );
  });

  it('outlive the deadline of a request and are given up before API Gateway gives up', () => {
    const DEADLINE_SECONDS = 8;
    const GATEWAY_SECONDS = 30;
    for (const name of FUNCTION_NAMES.filter((one) => one !== 'resumeSettlements')) {
      const { Timeout, MemorySize } = propertiesOf(dev, idOf(name, 'LambdaFunction'));
      expect(Timeout).toBeGreaterThan(DEADLINE_SECONDS);
      expect(Timeout).toBeLessThan(GATEWAY_SECONDS);
      expect(MemorySize).toBeGreaterThanOrEqual(512);
    }
  });
});

describe('resumeSettlements', () => {
  it('runs each minute, one run at a time, each over before the next, none repeated', () => {
    expect(propertiesOf(dev, 'ResumeSettlementsEventsRuleSchedule1')).toMatchObject({
      Name: 'bet-maker-dev-resumeSettlements',
      ScheduleExpression: 'rate(1 minute)',
      State: 'ENABLED',
      Targets: [{ Arn: aliasOf('resumeSettlements') }],
    });
    expect(propertiesOf(dev, 'ResumeSettlementsLambdaFunction')['Timeout']).toBeLessThan(60);
    expect(propertiesOf(dev, 'ResumeSettlementsLambdaEvConf')).toMatchObject({
      MaximumRetryAttempts: 0,
      MaximumEventAgeInSeconds: 60,
      Qualifier: 'live',
    });
  });
});

describe('the aliases', () => {
  it('are one a function, and are all that may be called', () => {
    const aliases = ofType(dev, 'AWS::Lambda::Alias').map(([id, { Properties }]) => {
      const [version = ''] = z
        .object({ 'Fn::GetAtt': z.array(z.string()) })
        .parse(Properties['FunctionVersion'])['Fn::GetAtt'];
      return [id, Properties['Name'], Properties['FunctionName'], propertiesOf(dev, version)];
    });
    const callable = all(dev, 'AWS::Lambda::Permission').map(({ FunctionName }) => FunctionName);

    const expected = FUNCTION_NAMES.map((name) => {
      const FunctionName = { Ref: idOf(name, 'LambdaFunction') };
      const version = expect.objectContaining({ FunctionName });
      return [idOf(name, 'LiveAlias'), 'live', FunctionName, version];
    });
    expect(new Set(aliases)).toEqual(new Set(expected));
    expect(callable).toHaveLength(FUNCTION_NAMES.length);
    expect(new Set(callable)).toEqual(new Set(FUNCTION_NAMES.map(aliasOf)));
  });

  it('move to a new version bit by bit, and back when an alarm goes off', () => {
    const groups = ofType(live, 'AWS::CodeDeploy::DeploymentGroup');
    const shifted = FUNCTION_NAMES.filter((name) => name !== 'resumeSettlements');

    expect(groups.map(([id]) => id)).toEqual(shifted.map((name) => idOf(name, 'ShiftGroup')));
    for (const [, { Properties }] of groups) {
      expect(Properties).toMatchObject({
        DeploymentConfigName: 'CodeDeployDefault.LambdaCanary10Percent5Minutes',
        AutoRollbackConfiguration: { Enabled: true },
        AlarmConfiguration: {
          Enabled: true,
          Alarms: [{ Name: { Ref: 'ServerErrorsAlarm' } }, { Name: { Ref: 'LatencyAlarm' } }],
        },
      });
    }
    const policies = ofType(live, 'AWS::Lambda::Alias').map(([id, { UpdatePolicy }]) => {
      const [shiftedBy] = /\w+ShiftGroup/.exec(JSON.stringify({ UpdatePolicy })) ?? [];
      return [id, shiftedBy] as const;
    });
    expect(new Map(policies)).toEqual(
      new Map<string, string | undefined>([
        ...shifted.map((name) => [idOf(name, 'LiveAlias'), idOf(name, 'ShiftGroup')] as const),
        ['ResumeSettlementsLiveAlias', undefined],
      ]),
    );
  });

  it('move at once in development', () => {
    expect(all(dev, 'AWS::CodeDeploy::DeploymentGroup')).toEqual([]);
    expect(JSON.stringify(ofType(dev, 'AWS::Lambda::Alias'))).not.toContain('UpdatePolicy');
  });
});

describe('the roles', () => {
  const statement = (Effect: string, Action: string[], Resource: unknown): object => {
    return { Effect, Action, Resource };
  };

  it('are one a function', () => {
    const ids = ofType(dev, 'AWS::IAM::Role').map(([id]) => id);

    expect(ids).toEqual(FUNCTION_NAMES.map((name) => idOf(name, 'Role')));
  });

  it.each(FUNCTION_NAMES)('grant Lambda what is said of access, its log and traces: %s', (name) => {
    const onTables = Object.entries(access[name]).map(([target, actions]) => {
      const [table = '', index] = target.split('/');
      const id = idOf(table, 'Table');
      const arn = index === undefined ? arnOf(id) : { 'Fn::Sub': `\${${id}.Arn}/index/${index}` };
      const allowed = actions.map((action) => `dynamodb:${action}`);
      return statement('Allow', allowed, arn);
    });

    const Version = '2012-10-17';
    const ownLog = arnOf(idOf(name, 'LogGroup'));
    const Statement = [
      ...onTables,
      statement('Deny', ['dynamodb:Scan'], '*'),
      {
        ...statement('Deny', ['dynamodb:PartiQLSelect'], '*'),
        Condition: { Bool: { 'dynamodb:FullTableScan': 'true' } },
      },
      statement('Allow', ['logs:CreateLogStream', 'logs:PutLogEvents'], ownLog),
      statement('Allow', ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], '*'),
    ];
    const Principal = { Service: 'lambda.amazonaws.com' };
    const assume = { Effect: 'Allow', Principal, Action: 'sts:AssumeRole' };
    expect(propertiesOf(dev, idOf(name, 'Role'))).toEqual({
      AssumeRolePolicyDocument: { Version, Statement: [assume] },
      Policies: [{ PolicyName: name, PolicyDocument: { Version, Statement } }],
    });
  });
});

const policyDocument = z.object({
  Statement: z.array(
    z.object({ Effect: z.string(), Action: z.array(z.string()), Resource: z.unknown() }),
  ),
});
/** Each action with what it is for, in order. */
function statementsOf(document: unknown, effect: 'Allow' | 'Deny'): string[] {
  const { Statement } = policyDocument.parse(document);
  const chosen = Statement.filter(({ Effect }) => Effect === effect).flatMap(
    ({ Action, Resource }) => Action.map((one) => `${one} ${JSON.stringify(Resource)}`),
  );
  return [...new Set(chosen)].toSorted((one, other) => (one < other ? -1 : 1));
}

describe('the policy for one process', () => {
  it('allows what all functions together do to the tables, and forbids scans', () => {
    const document = propertiesOf(dev, 'ProcessPolicy')['PolicyDocument'];

    const documents = z.array(z.object({ PolicyDocument: policyDocument }));
    const Statement = all(dev, 'AWS::IAM::Role').flatMap(({ Policies }) =>
      documents.parse(Policies).flatMap(({ PolicyDocument }) => PolicyDocument.Statement),
    );
    const ofFunctions = statementsOf({ Statement }, 'Allow');
    expect(statementsOf(document, 'Allow')).toEqual(
      ofFunctions.filter((each) => each.startsWith('dynamodb:')),
    );
    expect(statementsOf(document, 'Deny')).toEqual(statementsOf({ Statement }, 'Deny'));
  });
});

describe('the routes', () => {
  it('lead each to its function, by payload format 2.0', () => {
    const routes = all(dev, 'AWS::ApiGatewayV2::Route').map(({ RouteKey, Target }) => {
      const integration = /HttpApiIntegration\w+/.exec(JSON.stringify(Target))?.[0] ?? '';
      const { IntegrationUri, PayloadFormatVersion } = propertiesOf(dev, integration);
      return [RouteKey, JSON.stringify(IntegrationUri), PayloadFormatVersion].join(' ');
    });

    const to = (name: string): string => `${JSON.stringify(aliasOf(name))} 2.0`;
    const read = ['GET', 'HEAD'].flatMap((method) => [
      `${method} /bets ${to('listBets')}`,
      `${method} /bets/{id} ${to('getBet')}`,
      `${method} /events ${to('listEvents')}`,
      `${method} /events/{event_id+} ${to('getEvent')}`,
    ]);
    const placed = `POST /bets ${to('placeBet')}`;
    const settled = `PUT /events/{event_id+} ${to('settleEvent')}`;
    expect(routes.toSorted()).toEqual([`$default ${to('pages')}`, ...read, placed, settled]);
  });

  it.each(STAGES)('are open to all but the one that settles (the operators’): %s', (_s, of) => {
    const guarded = all(of(), 'AWS::ApiGatewayV2::Route').filter(
      ({ AuthorizationType }) => AuthorizationType !== undefined,
    );

    const AuthorizerId = { Ref: 'HttpApiAuthorizerOperators' };
    const jwt = { RouteKey: 'PUT /events/{event_id+}', AuthorizationType: 'JWT', AuthorizerId };
    expect(guarded).toEqual([expect.objectContaining(jwt)]);
  });

  it('ask for the tokens of the issuer that is given', () => {
    expect(propertiesOf(live, 'HttpApiAuthorizerOperators')).toMatchObject({
      AuthorizerType: 'JWT',
      IdentitySource: ['$request.header.Authorization'],
      JwtConfiguration: { Issuer: 'https://login.example.com/', Audience: ['desk'] },
    });
  });

  it('let pages of no other origin call the API, or of those that are named', () => {
    const [closed, open] = [dev, live].map((template) => propertiesOf(template, 'HttpApi'));

    expect(closed).not.toHaveProperty('CorsConfiguration');
    expect(open?.['CorsConfiguration']).toEqual({
      AllowOrigins: ['https://app.example', 'http://localhost:8080'],
      AllowMethods: CORS.methods,
      AllowHeaders: CORS.requestHeaders,
      ExposeHeaders: CORS.responseHeaders,
      MaxAge: 600,
    });
  });

  it('take any token of the audience, or only those with a scope that is named', () => {
    const scopesOf = (template: Template) =>
      all(template, 'AWS::ApiGatewayV2::Route')
        .filter(({ AuthorizationType }) => AuthorizationType === 'JWT')
        .map(({ AuthorizationScopes }) => AuthorizationScopes);

    expect(scopesOf(dev)).toEqual([undefined]);
    expect(scopesOf(live)).toEqual([['bets:settle', 'bets:correct']]);
  });

  it('are throttled by the parameters, once they are there', () => {
    const stage = live.Resources['HttpApiStage'];
    const limit = (ThrottlingRateLimit: number, ThrottlingBurstLimit: number): object => {
      return { ThrottlingRateLimit, ThrottlingBurstLimit, DetailedMetricsEnabled: true };
    };
    // A page of a list costs hundreds of read units.
    const RouteSettings = {
      'POST /bets': limit(7000, 5000),
      'PUT /events/{event_id+}': limit(50, 100),
      'GET /bets': limit(100, 200),
      'HEAD /bets': limit(100, 200),
      'GET /events': limit(20, 100),
      'HEAD /events': limit(20, 100),
    };
    const limited = ofType(live, 'AWS::ApiGatewayV2::Route').filter(
      ([, route]) => String(route.Properties['RouteKey']) in RouteSettings,
    );

    const DefaultRouteSettings = limit(1000, 2000);
    expect(stage?.Properties).toMatchObject({ DefaultRouteSettings, RouteSettings });
    expect(limited).toHaveLength(6);
    expect(stage?.DependsOn).toEqual(expect.arrayContaining(limited.map(([id]) => id)));
  });
});

const IMAGES = 'NEW_AND_OLD_IMAGES';
/** The keys that are turned away are counted, of each index too. */
function withInsights({ GlobalSecondaryIndexes, ...table }: TableDefinition): object {
  const ContributorInsightsSpecification = { Enabled: true, Mode: 'THROTTLED_KEYS' };
  const indexes = GlobalSecondaryIndexes?.map((index) => {
    return Object.assign({ ContributorInsightsSpecification }, index);
  });
  const more = indexes === undefined ? {} : { GlobalSecondaryIndexes: indexes };
  return { ...table, ...more, ContributorInsightsSpecification };
}

describe('the tables', () => {
  it.each([
    ['can be deleted', 'dev', () => dev, false],
    ['are kept whatever happens to the stack', 'live', () => live, true],
  ])('are those of the one definition, and %s: %s', (_case, stage, of, kept) => {
    const found = ofType(of(), 'AWS::DynamoDB::Table').map(([, resource]) => resource);

    const policy = kept ? 'Retain' : 'Delete';
    expect(found).toEqual(
      TABLE_NAMES.map((name) => ({
        Type: 'AWS::DynamoDB::Table',
        DeletionPolicy: policy,
        UpdateReplacePolicy: policy,
        Properties: {
          TableName: `bet-maker-${stage}-${name}`,
          ...withInsights(tables[name]),
          ...(kept && name === 'bets' && { StreamSpecification: { StreamViewType: IMAGES } }),
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
          DeletionProtectionEnabled: kept,
        },
      })),
    );
  });
});

describe('the domain', () => {
  it('is the only way in where one is given', () => {
    const Configuration = {
      CertificateArn: CERTIFICATE,
      EndpointType: 'REGIONAL',
      SecurityPolicy: 'TLS_1_2',
    };
    expect(propertiesOf(live, 'ApiDomain')).toEqual({
      DomainName: 'bets.example.com',
      DomainNameConfigurations: [Configuration],
    });
    expect(propertiesOf(live, 'ApiMapping')).toEqual({
      ApiId: { Ref: 'HttpApi' },
      ApiMappingKey: 'api',
      DomainName: { Ref: 'ApiDomain' },
      Stage: '$default',
    });
    expect(propertiesOf(live, 'HttpApi')).toMatchObject({ DisableExecuteApiEndpoint: true });
    expect(live.Outputs).toMatchObject({
      DomainTarget: { Value: { 'Fn::GetAtt': ['ApiDomain', 'RegionalDomainName'] } },
      DomainTargetZone: { Value: { 'Fn::GetAtt': ['ApiDomain', 'RegionalHostedZoneId'] } },
    });
  });

  it('is that of API Gateway where none is given', () => {
    expect(all(dev, 'AWS::ApiGatewayV2::DomainName')).toEqual([]);
    expect(propertiesOf(dev, 'HttpApi')).not.toHaveProperty('DisableExecuteApiEndpoint');
  });
});

describe('the outputs', () => {
  it('name the policy of a process, and the stream of bets where it is asked for', () => {
    expect(dev.Outputs).toMatchObject({ ProcessPolicyArn: { Value: { Ref: 'ProcessPolicy' } } });
    expect(dev.Outputs).not.toHaveProperty('BetStreamArn');
    const stream = { Value: { 'Fn::GetAtt': ['BetsTable', 'StreamArn'] } };
    expect(live.Outputs).toMatchObject({ BetStreamArn: stream });
  });
});

describe('the budget', () => {
  it('is what the resources with the tag of the stack may cost, and tells the topic', () => {
    const Subscribers = [{ SubscriptionType: 'SNS', Address: ALARM_TOPIC }];
    const tells = (NotificationType: string, Threshold: number): object => {
      const Notification = { NotificationType, ComparisonOperator: 'GREATER_THAN', Threshold };
      return { Notification, Subscribers };
    };
    expect(all(live, 'AWS::Budgets::Budget')).toEqual([
      {
        Budget: {
          BudgetName: 'bet-maker-live',
          BudgetType: 'COST',
          TimeUnit: 'MONTHLY',
          BudgetLimit: { Amount: 500, Unit: 'USD' },
          CostFilters: { TagKeyValue: ['user:deployment$bet-maker-live'] },
        },
        NotificationsWithSubscribers: [tells('ACTUAL', 80), tells('FORECASTED', 100)],
      },
    ]);
    expect(all(dev, 'AWS::Budgets::Budget')).toEqual([]);
  });
});

describe('the logs', () => {
  it('count the requests that API Gateway turns away', () => {
    expect(all(dev, 'AWS::Logs::MetricFilter')).toEqual([
      {
        LogGroupName: { Ref: 'HttpApiLogGroup' },
        FilterPattern: '{ $.status = "429" }',
        MetricTransformations: [
          {
            MetricNamespace: 'BetMaker/bet-maker-dev',
            MetricName: 'RequestsThrottled',
            MetricValue: '1',
            DefaultValue: 0,
          },
        ],
      },
    ]);
  });

  it('are kept for a time, never for ever', () => {
    const groups = all(dev, 'AWS::Logs::LogGroup');

    const ofFunctions = FUNCTION_NAMES.map((name) => `/aws/lambda/bet-maker-dev-${name}`);
    const names = [...ofFunctions, '/aws/http-api/bet-maker-dev'];
    expect(groups).toEqual(names.map((LogGroupName) => ({ LogGroupName, RetentionInDays: 30 })));
  });

  it('tell of each request what was asked, who asked from where, and how it went', () => {
    const settings = propertiesOf(dev, 'HttpApiStage')['AccessLogSettings'];
    const { Format } = z.object({ Format: z.string() }).parse(settings);

    const used = [...Format.matchAll(/\$context\.([\w.]+)/g)].map(([, name = '']) => name);
    const route = '$context.routeKey';
    expect(JSON.parse(Format)).toMatchObject({
      requestId: '$context.requestId',
      route,
      path: '$context.path',
      sourceIp: '$context.identity.sourceIp',
      subject: '$context.authorizer.claims.sub',
    });
    // No header and no body.
    expect(used.toSorted()).toEqual([
      ...['authorizer.claims.sub', 'authorizer.error', 'error.message', 'identity.sourceIp'],
      ...['integrationStatus', 'path', 'requestId', 'requestTime'],
      ...['responseLatency', 'responseLength', 'routeKey', 'status'],
    ]);
  });
});

const Metric = z.object({ Namespace: z.string(), MetricName: z.string() });
const input = z.object({ ReturnData: z.boolean(), MetricStat: z.object({ Metric }).optional() });
const alarm = z.object({
  AlarmName: z.string(),
  AlarmActions: z.array(z.string()),
  OKActions: z.array(z.string()),
  ComparisonOperator: z.string(),
  Threshold: z.number(),
  TreatMissingData: z.string(),
  Metrics: z.array(input),
});
const alarmsOf = (template: Template) =>
  all(template, 'AWS::CloudWatch::Alarm').map((properties) => alarm.parse(properties));

describe('the alarms', () => {
  it('watch errors, throttles of everything there is, what is unfinished, and the resumer', () => {
    const watched = alarmsOf(dev).map(({ AlarmName, Metrics, ...when }) => {
      const inputs = Metrics.flatMap(({ MetricStat }) => MetricStat?.Metric ?? []);
      const names = inputs.map(({ Namespace, MetricName }) => `${Namespace} ${MetricName}`);
      const what = `${inputs.length} ${[...new Set(names)].join(', ')}`;
      return [AlarmName, what, when.ComparisonOperator, when.Threshold, when.TreatMissingData];
    });

    const named = (name: string): string => `bet-maker-dev-${name}`;
    const above = (limit: number): unknown[] => ['GreaterThanThreshold', limit, 'notBreaching'];
    const below = (limit: number): unknown[] => ['LessThanThreshold', limit, 'breaching'];
    // Three indexes are throttled apart from their tables.
    const places = TABLE_NAMES.length + 3;
    const age = 'BetMaker OldestUnfinishedSettlementAge';
    expect(watched).toEqual([
      [named('ServerErrors'), '2 AWS/ApiGateway 5xx, AWS/ApiGateway Count', ...above(1)],
      [
        named('RequestThrottles'),
        '2 BetMaker/bet-maker-dev RequestsThrottled, AWS/ApiGateway Count',
        ...above(1),
      ],
      [named('Latency'), '1 AWS/ApiGateway Latency', ...above(2000)],
      [named('FunctionThrottles'), `${FUNCTION_NAMES.length} AWS/Lambda Throttles`, ...above(0)],
      [named('ReadThrottles'), `${places} AWS/DynamoDB ReadThrottleEvents`, ...above(0)],
      [named('WriteThrottles'), `${places} AWS/DynamoDB WriteThrottleEvents`, ...above(0)],
      [named('UnfinishedSettlement'), `1 ${age}`, ...above(900)],
      [named('TornSettlement'), '1 BetMaker TornSettlements', ...above(0)],
      [named('StalledSettlements'), '1 BetMaker StalledSettlements', ...above(0)],
      [named('ResumerErrors'), '1 AWS/Lambda Errors', ...above(0)],
      [named('ResumerSilence'), '1 AWS/Lambda Invocations', ...below(1)],
    ]);
  });

  it('compare one number each, out of at most the ten metrics that CloudWatch takes', () => {
    for (const { Metrics } of alarmsOf(dev)) {
      expect(Metrics.filter(({ ReturnData }) => ReturnData)).toHaveLength(1);
      expect(Metrics.length).toBeLessThanOrEqual(10);
    }
  });

  it('are sent to the topic that is given, and to nobody without one', () => {
    const sentTo = (template: Template): string[][] =>
      alarmsOf(template).flatMap(({ AlarmActions, OKActions }) => [AlarmActions, OKActions]);

    expect(new Set(sentTo(dev).flat())).toEqual(new Set());
    expect(sentTo(live)).toEqual(sentTo(live).map(() => [ALARM_TOPIC]));
  });

  it('go off in the first minute in which an event is torn', () => {
    const torn = { AlarmName: 'bet-maker-dev-TornSettlement', EvaluationPeriods: 1 };
    const properties = all(dev, 'AWS::CloudWatch::Alarm');
    const expected = expect.objectContaining({ ...torn, DatapointsToAlarm: 1 });
    expect(properties).toContainEqual(expected);
  });

  it('wait for unfinished settlements as long as the parameter says', () => {
    const AlarmName = 'bet-maker-live-UnfinishedSettlement';

    const unfinished = expect.objectContaining({ AlarmName, Threshold: 120 });
    expect(alarmsOf(live)).toContainEqual(unfinished);
  });
});

describe('our own metrics', () => {
  it.each(STAGES)('are asked for by the name of the one stage: %s', (stage, of) => {
    const asked = ['Alarm', 'Dashboard'].map((kind) => {
      const text = JSON.stringify(all(of(), `AWS::CloudWatch::${kind}`)).replaceAll('\\', '');
      const services = text.matchAll(/"service","(?:Value":")?([^"]+)"/g);
      return new Set([...services].map(([, name]) => name));
    });

    const own = new Set([`bet-maker-${stage}`]);
    expect(asked).toEqual([own, own]);
  });
});

describe('the dashboard', () => {
  it('is one, and shows every metric of our own', () => {
    const dashboards = all(dev, 'AWS::CloudWatch::Dashboard');
    const body = z
      .object({ DashboardBody: z.object({ 'Fn::Sub': z.string() }) })
      .parse(dashboards[0]).DashboardBody['Fn::Sub'];

    const widgets = JSON.stringify(JSON.parse(body));
    const own = [...widgets.matchAll(/"BetMaker","(\w+)"/g)].map(([, name]) => name);
    expect(dashboards.map(({ DashboardName }) => DashboardName)).toEqual(['bet-maker-dev']);
    expect(own).toEqual(Object.keys(METRICS));
  });
});

describe('wrong parameters', () => {
  it('fail the packaging with a sentence for each', async () => {
    const packaging = packageService(['--stage=live', '--param=logLevel=debug', '--param=rate=1']);

    const failure = await packaging.catch((error: unknown) => error);
    expect(String(failure)).toContain(
      'The parameters of stage live are wrong (stages/live.yml, or --param="name=value"):\n' +
        '  jwtIssuer: must be the https address of who signs the tokens of operators\n' +
        '  alarmTopicArn: must be the ARN of the SNS topic that receives the alarms, ' +
        'arn:aws:sns:…\n' +
        '  logLevel: must be one of DEBUG, INFO, WARN, ERROR\n' +
        '  rate: there is no such parameter',
    );
  });
});
