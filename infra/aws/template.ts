import * as z from 'zod';
import { alarmResources } from './alarms.ts';
import { dashboardResources } from './dashboard.ts';
import { roleResources } from './roles.ts';
import { tableResources } from './tables.ts';

/** What osls hands to a function that a variable of serverless.yml names. */
interface VariableSource {
  resolveVariable: (variable: string) => Promise<unknown>;
}

/** Stages whose bets are real: prod, production, prod-eu and the like. */
const PRODUCTION = /^prod(uction)?(-|$)/;

const parameters = z.object({
  jwtIssuer: z.url({ protocol: /^https$/ }),
  alarmTopicArn: z.string().regex(/^(arn:aws[a-z-]*:sns:.+)?$/),
  unfinishedAlarmSeconds: z.coerce.number().int().min(60),
  routeRate: z.coerce.number().positive(),
  routeBurst: z.coerce.number().int().positive(),
  placeBetRate: z.coerce.number().positive(),
  placeBetBurst: z.coerce.number().int().positive(),
  settleEventRate: z.coerce.number().positive(),
  settleEventBurst: z.coerce.number().int().positive(),
});

/** `resources` of serverless.yml: what osls does not make of the functions by itself. */
export async function resources({ resolveVariable }: VariableSource): Promise<object> {
  const stage = z.string().parse(await resolveVariable('sls:stage'));
  const name = z.string().parse(await resolveVariable('self:custom.name'));
  const prefix = z.string().parse(await resolveVariable('self:custom.prefix'));
  const given = await Promise.all(
    Object.keys(parameters.shape).map(async (parameter) => [
      parameter,
      await resolveVariable(`param:${parameter}`),
    ]),
  );
  const chosen = parameters.parse(Object.fromEntries(given));
  const isProduction = PRODUCTION.test(stage);
  if (isProduction && chosen.jwtIssuer.endsWith('.invalid')) {
    const missing = '--param="jwtIssuer=https://…": who signs for operators?';
    throw new Error(`Stage ${stage} needs ${missing}`);
  }
  return {
    Resources: {
      ...tableResources(prefix, isProduction),
      ...roleResources(),
      ...alarmResources({
        name,
        prefix,
        topicArn: chosen.alarmTopicArn,
        unfinishedSeconds: chosen.unfinishedAlarmSeconds,
      }),
      ...dashboardResources(name),
    },
    extensions: { HttpApiStage: throttled(chosen) },
  };
}

const limit = (rate: number, burst: number) => ({
  ThrottlingRateLimit: rate,
  ThrottlingBurstLimit: burst,
  DetailedMetricsEnabled: true,
});

/** API Gateway takes a route's settings only when the route is there. */
function throttled(chosen: z.output<typeof parameters>): object {
  return {
    DependsOn: ['HttpApiRoutePostBets', 'HttpApiRoutePutEventsEventidVar'],
    Properties: {
      DefaultRouteSettings: limit(chosen.routeRate, chosen.routeBurst),
      RouteSettings: {
        'POST /bets': limit(chosen.placeBetRate, chosen.placeBetBurst),
        'PUT /events/{event_id}': limit(chosen.settleEventRate, chosen.settleEventBurst),
      },
    },
  };
}
