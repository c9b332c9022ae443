import * as z from 'zod';
import { alarmResources } from './alarms.ts';
import { dashboardResources } from './dashboard.ts';
import {
  chosenParameters,
  parameters,
  type Parameters,
  type VariableSource,
} from './parameters.ts';
import { processPolicyResources, roleResources } from './roles.ts';
import { tableResources } from './tables.ts';

export { chosenParameters };

/** `resources` of serverless.yml: what osls does not make of the functions by itself. */
export async function resources(source: VariableSource): Promise<object> {
  const text = async (variable: string) => z.string().parse(await source.resolveVariable(variable));
  const [name, prefix] = [await text('self:custom.name'), await text('self:custom.prefix')];
  const chosen = parameters.parse(await source.resolveVariable('self:custom.chosen'));
  const { production, unfinishedAlarmSeconds: unfinishedSeconds } = chosen;
  const topicArn = chosen.alarmTopicArn === 'none' ? '' : chosen.alarmTopicArn;
  return {
    Resources: {
      ...tableResources(prefix, production),
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
function throttled(chosen: Parameters): object {
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
