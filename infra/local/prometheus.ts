import type { RequestHandler } from 'express';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { type Meter, METRICS } from '../../lib/metrics.ts';
import { send, succeed } from '../express/answers.ts';
import { routeOf } from './gateway.ts';

/** Seconds; the longest is what a handler may take. */
const DURATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** How often the event loop's lag is sampled, in milliseconds: each time wakes an idle process. */
const LAG_SAMPLE_MS = 100;

export type Prometheus = ReturnType<typeof createPrometheus>;

/** What the local service shows to Prometheus, at `GET /metrics`. */
export function createPrometheus() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: LAG_SAMPLE_MS });
  const answerMetrics: RequestHandler = async (_request, response) => {
    send(response, succeed(registry.contentType, await registry.metrics()));
  };
  return { meter: createMeter(registry), timeRequests: createTimer(registry), answerMetrics };
}

function createMeter(registry: Registry): Meter {
  const counters = new Map<string, Counter>();
  const gauges = new Map<string, Gauge>();
  // Every name from the start, so that what has not happened yet is 0 and not missing.
  for (const [metric, { kind, unit, help }] of Object.entries(METRICS)) {
    // https://prometheus.io/docs/practices/naming/
    const words = metric.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    const name = `bet_maker${words}${unit === 'Seconds' ? '_seconds' : ''}`;
    if (kind === 'gauge') gauges.set(metric, new Gauge({ name, help, registers: [registry] }));
    else counters.set(metric, new Counter({ name: `${name}_total`, help, registers: [registry] }));
  }
  return {
    add: (metric, value) => counters.get(metric)?.inc(value),
    set: (metric, value) => gauges.get(metric)?.set(value),
    flush: () => {},
  };
}

/** Measures the requests that pass through it, once they are answered. */
function createTimer(registry: Registry): RequestHandler {
  const durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time to answer a request, by its method, its route and the status of the answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: DURATION_BUCKETS,
    registers: [registry],
  });
  return (request, response, next) => {
    const stop = durations.startTimer();
    response.once('finish', () => {
      // Not the path, which clients make up: each would be a series of its own.
      const route = routeOf(request) ?? 'none';
      stop({ method: request.method, route, status: response.statusCode });
    });
    next();
  };
}
