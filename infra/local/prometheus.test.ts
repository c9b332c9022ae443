import { describe, expect, it } from '@jest/globals';
import express from 'express';
import { createServer } from 'node:http';
import { createLogger } from '../../lib/logger.ts';
import { measure } from '../../lib/metrics.ts';
import { listen } from './listen.ts';
import { createPrometheus, type Prometheus } from './prometheus.ts';

/** The answer to the last of some requests to an app with a route or two. */
async function ask(prometheus: Prometheus, ...paths: string[]): Promise<Response> {
  const app = express();
  app.use(prometheus.timeRequests);
  app.get('/bets/:id', (_request, response) => void response.status(204).end());
  app.get('/metrics', prometheus.answerMetrics);
  const server = createServer(app);
  const port = await listen(server);
  let answer = new Response();
  for (const path of paths) {
    answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: 'close' } });
  }
  server.close();
  return answer;
}

/** Samples in the text format whose name begins with `prefix`. */
async function samples(answer: Response, prefix: string): Promise<string[]> {
  return (await answer.text()).split('\n').filter((line) => line.startsWith(prefix));
}

describe('GET /metrics', () => {
  it("has the domain's metrics from the start, named by Prometheus's rules", async () => {
    const answer = await ask(createPrometheus(), '/metrics');

    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect((await samples(answer, 'bet_maker')).sort()).toEqual([
      'bet_maker_bets_placed_total 0',
      'bet_maker_bets_refused_total 0',
      'bet_maker_bets_replayed_total 0',
      'bet_maker_bets_settled_total 0',
      'bet_maker_oldest_unfinished_settlement_age_seconds 0',
      'bet_maker_place_conflicts_total 0',
      'bet_maker_settlements_begun_total 0',
      'bet_maker_settlements_finished_total 0',
      'bet_maker_stake_placed_minor_total 0',
      'bet_maker_stalled_settlements 0',
      'bet_maker_torn_settlements 0',
      'bet_maker_unfinished_settlements 0',
    ]);
  });

  it('shows what was told, counters added up and gauges as they were last', async () => {
    const prometheus = createPrometheus();
    const observer = measure(prometheus.meter, createLogger('SILENT'));

    observer.betPlaced(1050n);
    observer.betPlaced(1n);
    observer.unfinishedFound(3, 1_500);
    observer.unfinishedFound(2, 500);
    observer.flush();

    const answer = await ask(prometheus, '/metrics');
    const shown = await samples(answer, 'bet_maker');
    expect(shown.filter((line) => !line.endsWith(' 0')).sort()).toEqual([
      'bet_maker_bets_placed_total 2',
      'bet_maker_oldest_unfinished_settlement_age_seconds 0.5',
      'bet_maker_stake_placed_minor_total 1051',
      'bet_maker_unfinished_settlements 2',
    ]);
  });

  it('counts requests by route and status, however many paths clients make up', async () => {
    const paths = ['/bets/1', '/bets/2', '/made-up/1', '/made-up/2', '/metrics'];
    const answer = await ask(createPrometheus(), ...paths);

    expect(await samples(answer, 'http_request_duration_seconds_count')).toEqual([
      'http_request_duration_seconds_count{method="GET",route="/bets/{id}",status="204"} 2',
      'http_request_duration_seconds_count{method="GET",route="none",status="404"} 2',
    ]);
  });

  it('tells about the process', async () => {
    const answer = await ask(createPrometheus(), '/metrics');

    expect(await samples(answer, 'process_cpu_seconds_total')).toHaveLength(1);
  });
});
