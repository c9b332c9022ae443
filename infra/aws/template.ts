import * as z from 'zod';
import { CORS } from '../cors.ts';
import { alarmResources, throttleMetricResources } from './alarms.ts';
import { budgetResources } from './budget.ts';
import { dashboardResources } from './dashboard.ts';
import { domainOutputs, domainResources, withoutDefaultEndpoint } from './domain.ts';
import {
  chosenParameters,
  parameters,
  type Parameters,
  type VariableSource,
} from './parameters.ts';
import { shiftResources } from './shift.ts';
import { processPolicyResources, roleResources } from './roles.ts';
import { servingTablesOf } from './servedTables.ts';
import { tableResources } from './tables.ts';

export { chosenParameters };

/** Which pages of other origins may call the API; API Gateway tells their browsers. */
export async function cors(source: VariableSource): Promise<object | false> {
  const chosen = parameters.parse(await source.resolveVariable('self:custom.chosen'));
  if (chosen.corsOrigins.length === 0) return false;
  return {
    allowedOrigins: chosen.corsOrigins,
    allowedMethods: CORS.methods,
    allowedHeaders: CORS.requestHeaders,
    exposedResponseHeaders: CORS.responseHeaders,
    maxAge: CORS.maxAgeSeconds,
  };
}

/** `resources` of serverless.yml: what osls does not make of the functions by itself. */
export async function resources(source: VariableSource): Promise<object> {
  const text = async (variable: string) => z.string().parse(await source.resolveVariable(variable));
  const [name, prefix] = [await text('self:custom.name'), await text('self:custom.prefix')];
  const chosen = parameters.parse(await source.resolveVariable('self:custom.chosen'));
  const users = {
    ...roleResources(),
    ...processPolicyResources(),
    ...domainResources(chosen),
    ...budgetResources(name, chosen),
    ...shiftResources(prefix, chosen),
    ...throttleMetricResources(name),
    ...alarmResources(name, prefix, chosen),
    ...dashboardResources(name),
  };
  const { tablePrefix } = chosen;
  return {
    Resources: {
      ...tableResources(prefix, chosen),
      ...(tablePrefix === undefined ? users : servingTablesOf(tablePrefix, users)),
    },
    Outputs: outputs(chosen),
    extensions: { HttpApiStage: throttled(chosen), ...withoutDefaultEndpoint(chosen) },
  };
}

function outputs(chosen: Parameters): object {
  return {
    ProcessPolicyArn: {
      Description: 'The policy for the role of a container that serves this stage.',
      Value: { Ref: 'ProcessPolicy' },
    },
    // Of restored tables no template knows the stream.
    ...(chosen.betStream &&
      chosen.tablePrefix === undefined && {
        BetStreamArn: {
          Description: 'The stream of the bets and their results.',
          Value: { 'Fn::GetAtt': ['BetsTable', 'StreamArn'] },
        },
      }),
    ...domainOutputs(chosen),
  };
}

const limit = (ThrottlingRateLimit: number, ThrottlingBurstLimit: number) => {
  return { ThrottlingRateLimit, ThrottlingBurstLimit, DetailedMetricsEnabled: true };
};

/** API Gateway takes a route's settings only when the route is there. */
function throttled(chosen: Parameters): object {
  const ofBets = limit(chosen.listBetsRate, chosen.listBetsBurst);
  const ofEvents = limit(chosen.listEventsRate, chosen.listEventsBurst);
  return {
    DependsOn: [
      'HttpApiRoutePostBets',
      'HttpApiRoutePutEventsEventidVar',
      'HttpApiRouteGetBets',
      'HttpApiRouteHeadBets',
      'HttpApiRouteGetEvents',
      'HttpApiRouteHeadEvents',
    ],
    Properties: {
      DefaultRouteSettings: limit(chosen.routeRate, chosen.routeBurst),
      RouteSettings: {
        'POST /bets': limit(chosen.placeBetRate, chosen.placeBetBurst),
        'PUT /events/{event_id+}': limit(chosen.settleEventRate, chosen.settleEventBurst),
        // A page costs hundreds of read units.
        'GET /bets': ofBets,
        'HEAD /bets': ofBets,
        'GET /events': ofEvents,
        'HEAD /events': ofEvents,
      },
    },
  };
}
