import { domainResources } from './domain.ts';
import { parameters } from './parameters.ts';

const GIVEN = {
  jwtIssuer: 'https://login.example.com/',
  alarmTopicArn: 'none',
  domainName: 'bets.example.com',
  certificateArn: 'arn:aws:acm:eu-central-1:111122223333:certificate/1',
};

it.each([
  ['/api/bets', { ApiMappingKey: 'api/bets' }],
  ['', {}],
])('maps the API below the path %j of the domain', (basePath, key) => {
  const { ApiMapping } = domainResources(parameters.parse({ ...GIVEN, basePath }));

  expect(ApiMapping).toEqual({
    Type: 'AWS::ApiGatewayV2::ApiMapping',
    DependsOn: ['HttpApiStage'],
    Properties: {
      ApiId: { Ref: 'HttpApi' },
      DomainName: { Ref: 'ApiDomain' },
      Stage: '$default',
      ...key,
    },
  });
});
