import { createConfig, lintFromString } from '@redocly/openapi-core';

/** Every error and warning of Redocly's recommended rules, each as a line. */
export async function lintOpenapi(source: string): Promise<string[]> {
  const config = await createConfig({ extends: ['recommended'] });
  const problems = await lintFromString({ source, absoluteRef: 'openapi.json', config });
  return problems.map(
    ({ severity, ruleId, message, location }) =>
      `${severity} ${ruleId}: ${message} at ${location[0]?.pointer ?? '#'}`,
  );
}
