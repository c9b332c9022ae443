import { access, accessOfAll, entriesOf, FUNCTION_NAMES, type FunctionName } from './access.ts';
import { logGroupId, type Resources, roleId, tableId } from './names.ts';

const Version = '2012-10-17';
const allow = (Action: readonly string[], Resource: unknown) => {
  return { Effect: 'Allow', Action, Resource };
};

/** A role for each function, with what the function does and nothing else. */
export function roleResources(): Resources {
  return Object.fromEntries(FUNCTION_NAMES.map((name) => [roleId(name), role(name)]));
}

/** For the role of a container that does the work of all functions in one process. */
export function processPolicyResources(): Resources {
  const Statement = [...onTables(accessOfAll()), ...NO_SCANS];
  const Description = 'What one process of bet-maker does with the tables of this stage.';
  const Properties = { Description, PolicyDocument: { Version, Statement } };
  return { ProcessPolicy: { Type: 'AWS::IAM::ManagedPolicy', Properties } };
}

function role(name: FunctionName): Resources[string] {
  const Principal = { Service: 'lambda.amazonaws.com' };
  const assume = { Effect: 'Allow', Principal, Action: 'sts:AssumeRole' };
  const Statement = [...onTables(access[name]), ...NO_SCANS, ...reporting(name)];
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: { Version, Statement: [assume] },
      Policies: [{ PolicyName: name, PolicyDocument: { Version, Statement } }],
    },
  };
}

function onTables(granted: ReturnType<typeof accessOfAll>): object[] {
  return entriesOf(granted).map(([target, actions]) => {
    const [table = '', index] = target.split('/');
    const id = tableId(table);
    const arn = { 'Fn::GetAtt': [id, 'Arn'] };
    const resource = index === undefined ? arn : { 'Fn::Sub': `\${${id}.Arn}/index/${index}` };
    return allow(
      actions.map((action) => `dynamodb:${action}`),
      resource,
    );
  });
}

/**
 * Whatever a role may be given later: no call reads a whole table. A PartiQL statement does when
 * its WHERE names no partition, which this condition tells.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-iam.html
 */
const NO_SCANS = [
  { Effect: 'Deny', Action: ['dynamodb:Scan'], Resource: '*' },
  {
    Effect: 'Deny',
    Action: ['dynamodb:PartiQLSelect'],
    Resource: '*',
    Condition: { Bool: { 'dynamodb:FullTableScan': 'true' } },
  },
];

/** Its own log, and traces, which IAM knows no resources for. */
function reporting(name: FunctionName): object[] {
  const log = { 'Fn::GetAtt': [logGroupId(name), 'Arn'] };
  return [
    allow(['logs:CreateLogStream', 'logs:PutLogEvents'], log),
    allow(['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], '*'),
  ];
}
