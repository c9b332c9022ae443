import { type Access, access, FUNCTION_NAMES, type FunctionName } from './access.ts';
import { logGroupId, type Resources, roleId, tableId } from './names.ts';

interface Statement {
  Effect: 'Allow' | 'Deny';
  Action: string[];
  Resource: unknown;
  Condition?: unknown;
}

/** A role for each function, with what the function does and nothing else. */
export function roleResources(): Resources {
  return Object.fromEntries(FUNCTION_NAMES.map((name) => [roleId(name), role(name)]));
}

function role(name: FunctionName): Resources[string] {
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'lambda.amazonaws.com' },
            Action: 'sts:AssumeRole',
          },
        ],
      },
      Policies: [
        {
          PolicyName: name,
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [...tableStatements(access[name]), ...NO_SCANS, ...reporting(name)],
          },
        },
      ],
    },
  };
}

function tableStatements(granted: Access): Statement[] {
  return Object.entries(granted).map(([target, actions]) => ({
    Effect: 'Allow',
    Action: actions.map((action) => `dynamodb:${action}`),
    Resource: arnOf(target),
  }));
}

function arnOf(target: string): unknown {
  const [table = '', index] = target.split('/');
  const id = tableId(table);
  return index === undefined
    ? { 'Fn::GetAtt': [id, 'Arn'] }
    : { 'Fn::Sub': `\${${id}.Arn}/index/${index}` };
}

/**
 * Whatever a role may be given later: no call reads a whole table. A PartiQL statement does when
 * its WHERE names no partition, which this condition tells.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-iam.html
 */
const NO_SCANS: Statement[] = [
  { Effect: 'Deny', Action: ['dynamodb:Scan'], Resource: '*' },
  {
    Effect: 'Deny',
    Action: ['dynamodb:PartiQLSelect'],
    Resource: '*',
    Condition: { Bool: { 'dynamodb:FullTableScan': 'true' } },
  },
];

/** Its own log, and traces, which IAM knows no resources for. */
function reporting(name: FunctionName): Statement[] {
  return [
    {
      Effect: 'Allow',
      Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      Resource: { 'Fn::GetAtt': [logGroupId(name), 'Arn'] },
    },
    {
      Effect: 'Allow',
      Action: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
      Resource: '*',
    },
  ];
}
