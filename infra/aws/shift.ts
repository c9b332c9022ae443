import { FUNCTION_NAMES, type FunctionName } from './access.ts';
import { isShifted } from './aliases.ts';
import { type Resources, shiftGroupId } from './names.ts';
import type { Parameters } from './parameters.ts';

/** The alarms that take a new version back. */
const ALARMS = ['ServerErrorsAlarm', 'LatencyAlarm'];
const POLICY = 'service-role/AWSCodeDeployRoleForLambdaLimited';

/** What moves the requests from one version of a function to the next; nothing if all at once. */
export function shiftResources(prefix: string, { shift }: Parameters): Resources {
  const shifted = FUNCTION_NAMES.filter((name) => isShifted(name, shift));
  if (shifted.length === 0) return {};
  const groups = shifted.map((name) => [shiftGroupId(name), group(name, prefix, shift)] as const);
  return {
    ShiftApplication: {
      Type: 'AWS::CodeDeploy::Application',
      Properties: { ComputePlatform: 'Lambda' },
    },
    ShiftRole: role(),
    ...Object.fromEntries(groups),
  };
}

function group(name: FunctionName, prefix: string, shift: string): Resources[string] {
  const Events = ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM', 'DEPLOYMENT_STOP_ON_REQUEST'];
  return {
    Type: 'AWS::CodeDeploy::DeploymentGroup',
    Properties: {
      ApplicationName: { Ref: 'ShiftApplication' },
      DeploymentGroupName: prefix + name,
      ServiceRoleArn: { 'Fn::GetAtt': ['ShiftRole', 'Arn'] },
      DeploymentConfigName: `CodeDeployDefault.Lambda${shift}`,
      DeploymentStyle: {
        DeploymentType: 'BLUE_GREEN',
        DeploymentOption: 'WITH_TRAFFIC_CONTROL',
      },
      AutoRollbackConfiguration: { Enabled: true, Events },
      AlarmConfiguration: {
        Enabled: true,
        Alarms: ALARMS.map((id) => ({ Name: { Ref: id } })),
      },
    },
  };
}

function role(): Resources[string] {
  const Principal = { Service: 'codedeploy.amazonaws.com' };
  const assume = { Effect: 'Allow', Principal, Action: 'sts:AssumeRole' };
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [assume] },
      ManagedPolicyArns: [{ 'Fn::Sub': `arn:\${AWS::Partition}:iam::aws:policy/${POLICY}` }],
    },
  };
}
