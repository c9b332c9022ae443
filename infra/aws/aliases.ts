import { FUNCTION_NAMES, type FunctionName } from './access.ts';
import { aliasId, functionId, type Resources, shiftGroupId } from './names.ts';
import type { Parameters } from './parameters.ts';

/** What is used of osls: its functions, and the template that it makes of them. */
interface Serverless {
  service: {
    custom: { chosen: Parameters };
    functions: Record<FunctionName, OslsFunction>;
    provider: { compiledCloudFormationTemplate: { Resources: Resources } };
  };
}

interface OslsFunction {
  /** What the function's events lead to, instead of its newest code. */
  targetAlias?: { name: string; logicalId: string };
  versionLogicalId?: string;
}

const ALIAS = 'live';
/** Nobody waits for its answer, and only one run goes on at a time. */
const AT_ONCE: FunctionName = 'resumeSettlements';

/** A plugin of osls: each function has an alias, which is what its events call. */
export class Aliases {
  readonly hooks: Record<string, () => void>;

  constructor({ service }: Serverless) {
    const functions = () => FUNCTION_NAMES.map((name) => [name, service.functions[name]] as const);
    this.hooks = {
      'before:package:compileFunctions': () => {
        for (const [name, each] of functions()) {
          each.targetAlias = { name: ALIAS, logicalId: aliasId(name) };
        }
      },
      'after:package:compileFunctions': () => {
        const { Resources } = service.provider.compiledCloudFormationTemplate;
        for (const [name, { versionLogicalId = '' }] of functions()) {
          Resources[aliasId(name)] = alias(name, versionLogicalId, service.custom.chosen);
        }
      },
    };
  }
}

/** The alias of a function; a new version takes over from the one before as `shift` says. */
function alias(name: FunctionName, versionId: string, { shift }: Parameters) {
  const DeploymentGroupName = { Ref: shiftGroupId(name) };
  const byCodeDeploy = { ApplicationName: { Ref: 'ShiftApplication' }, DeploymentGroupName };
  return {
    Type: 'AWS::Lambda::Alias',
    ...(isShifted(name, shift) && {
      UpdatePolicy: { CodeDeployLambdaAliasUpdate: byCodeDeploy },
    }),
    Properties: {
      Name: ALIAS,
      FunctionName: { Ref: functionId(name) },
      FunctionVersion: { 'Fn::GetAtt': [versionId, 'Version'] },
    },
  };
}

export function isShifted(name: FunctionName, shift: Parameters['shift']): boolean {
  return shift !== 'AllAtOnce' && name !== AT_ONCE;
}
