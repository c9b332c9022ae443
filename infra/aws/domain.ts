import type { Parameters } from './parameters.ts';
import type { Resources } from './names.ts';

/** The stage's own name on the Internet; nothing without one. */
export function domainResources(chosen: Parameters): Resources {
  const { domainName, certificateArn, basePath } = chosen;
  if (domainName === undefined) return {};
  const configuration = {
    CertificateArn: certificateArn,
    EndpointType: 'REGIONAL',
    SecurityPolicy: 'TLS_1_2',
  };
  return {
    ApiDomain: {
      Type: 'AWS::ApiGatewayV2::DomainName',
      Properties: { DomainName: domainName, DomainNameConfigurations: [configuration] },
    },
    ApiMapping: {
      Type: 'AWS::ApiGatewayV2::ApiMapping',
      DependsOn: ['HttpApiStage'],
      Properties: {
        ApiId: { Ref: 'HttpApi' },
        DomainName: { Ref: 'ApiDomain' },
        Stage: '$default',
        ...(basePath !== '' && { ApiMappingKey: basePath.slice(1) }),
      },
    },
  };
}

/** The address that AWS makes up would be a way past the domain, its firewall and its logs. */
export function withoutDefaultEndpoint({ domainName }: Parameters): object {
  if (domainName === undefined) return {};
  return { HttpApi: { Properties: { DisableExecuteApiEndpoint: true } } };
}

const ofDomain = (attribute: string) => ({ 'Fn::GetAtt': ['ApiDomain', attribute] });

/** What the domain's record in DNS, or a distribution of CloudFront, leads to. */
export function domainOutputs({ domainName }: Parameters): object {
  if (domainName === undefined) return {};
  return {
    DomainTarget: {
      Description: 'The record of the domain is an alias of this name.',
      Value: ofDomain('RegionalDomainName'),
    },
    DomainTargetZone: {
      Description: 'The zone of that name.',
      Value: ofDomain('RegionalHostedZoneId'),
    },
  };
}
