import * as z from 'zod';
import { alarmResources } from './alarms.ts';
import { dashboardResources } from './dashboard.ts';
import { processPolicyResources, roleResources } from './roles.ts';
import { tableResources } from './tables.ts';

/** What osls hands to a function that a variable of serverless.yml names. */
interface VariableSource {
  resolveVariable: (variable: string) => Promise<unknown>;
}

/** Stages whose bets are real: prod, production, prod-eu and the like. */
const PRODUCTION = /^prod(uction)?(-|$)/;

const rate = z.coerce.number().positive();
const burst = rate.int();

const parameters = z.object({
  jwtIssuer: z.url({ protocol: /^https$/ }),
  alarmTopicArn: z.string().regex(/^(arn:aws[a-z-]*:sns:.+)?$/),
  unfinishedAlarmSeconds: z.coerce.number().int().min(60),
  routeRate: rate,
  routeBurst: burst,
  placeBetRate: rate,
  placeBetBurst: burst,
  settleEventRate: rate,
  settleEventBurst: burst,
});

/** `resources` of serverless.yml: what osls does not make of the functions by itself. */
export async function resources({ resolveVariable }: VariableSource): Promise<object> {
  const text = async (variable: string) => z.string().parse(await resolveVariable(variable));
  const [name, prefix] = [await text('self:custom.name'), await text('self:custom.prefix')];
  const given: Record<string, unknown> = {};
  for (const parameter of Object.keys(parameters.shape)) {
    given[parameter] = await resolveVariable(`param:${parameter}`);
  }
  const chosen = parameters.parse(given);
  const { alarmTopicArn: topicArn, unfinishedAlarmSeconds: unfinishedSeconds } = chosen;
  const stage = await text('sls:stage');
  const isProduction = PRODUCTION.test(stage);
  if (isProduction && chosen.jwtIssuer.endsWith('.invalid')) {
    const missing = '--param="jwtIssuer=https://…": who signs for operators?';
    throw new Error(`Stage ${stage} needs ${missing}`);
  }
  return {
    Resources: {
      ...tableResources(prefix, isProduction),
      ...roleResources(),
      ...processPolicyResources(),
      ...alarmResources({ name, prefix, topicArn, unfinishedSeconds }),
      ...dashboardResources(name),
    },
    Outputs: {
      ProcessPolicyArn: {
        Description: 'The policy for the role of a container that serves this stage.',
        Value: { Ref: 'ProcessPolicy' },
      },
    },
    extensions: { HttpApiStage: throttled(chosen) },
  };
}

const limit = (ThrottlingRateLimit: number, ThrottlingBurstLimit: number) => {
  return { ThrottlingRateLimit, ThrottlingBurstLimit, DetailedMetricsEnabled: true };
};

/** API Gateway takes a route's settings only when the route is there. */
function throttled(chosen: z.output<typeof parameters>): object {
  return {
    DependsOn: ['HttpApiRoutePostBets', 'HttpApiRoutePutEventsEventidVar'],
    Properties: {
      DefaultRouteSettings: limit(chosen.routeRate, chosen.routeBurst),
      RouteSettings: {
        'POST /bets': limit(chosen.placeBetRate, chosen.placeBetBurst),
        'PUT /events/{event_id+}': limit(chosen.settleEventRate, chosen.settleEventBurst),
      },
    },
  };
}
