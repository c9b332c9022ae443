import { Metrics } from '@aws-lambda-powertools/metrics';
import { type Meter, type MetricName, METRICS } from './metrics.ts';

/**
 * A meter that prints what was measured since the last flush as one line, out of which CloudWatch
 * makes metrics: no call of AWS, and no line when nothing was measured. Their dimension `service` is the
 * stage's name, which Powertools reads from POWERTOOLS_SERVICE_NAME.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function embeddedMetrics(): Meter {
  const metrics = new Metrics({ namespace: 'BetMaker' });
  const measured = new Map<MetricName, number>();
  return {
    // Summed here: Powertools prints every value, and a sweep adds thousands of them.
    add: (name, value) => void measured.set(name, (measured.get(name) ?? 0) + value),
    set: (name, value) => void measured.set(name, value),
    flush: () => {
      if (measured.size === 0) return;
      for (const [name, value] of measured) metrics.addMetric(name, METRICS[name].unit, value);
      measured.clear();
      metrics.publishStoredMetrics();
    },
  };
}
