import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { eventBody } from '../lib/http/bodies.ts';
import { eventually, startService } from '../tests/support/service.ts';
import { openBookAt, seed } from './book.ts';
import { postBets, residentMegabytes } from './load.ts';
import { ratioOf, type Row, row } from './measure.ts';

const DOCKERFILE = join(import.meta.dirname, '../Dockerfile');
const ALLOWED_MB = 256;
const SAMPLE_MS = 250;

/** The container's, since it is there that memory has a limit. */
function nodeOptions(): string {
  const [, options] = /^ENV NODE_OPTIONS="([^"]*)"$/m.exec(readFileSync(DOCKERFILE, 'utf8')) ?? [];
  if (options === undefined) throw new Error('The Dockerfile has no NODE_OPTIONS.');
  return options;
}

/**
 * The service's resident memory after many requests, and the most of it while one event is settled.
 */
export async function memoryCase(
  endpoint: string,
  { requests, bets }: { requests: number; bets: number },
): Promise<Row[]> {
  const book = await openBookAt(endpoint);
  await seed(book, 'match', bets);
  const service = await startService({
    DYNAMODB_ENDPOINT: endpoint,
    TABLE_PREFIX: book.prefix,
    NODE_OPTIONS: nodeOptions(),
  });
  await postBets(service.url, { events: ['other'], count: requests, connections: 32 });
  const afterRequests = residentMegabytes(service.pid);
  await service.put('/events/match', { status: 'WIN' });
  const samples: number[] = [];
  await eventually(
    async () => {
      await delay(SAMPLE_MS);
      samples.push(residentMegabytes(service.pid));
      return eventBody.parse((await service.get('/events/match')).body);
    },
    ({ state }) => state === 'settled',
  );
  await service.stop('SIGTERM');
  const most = samples.reduce((one, other) => Math.max(one, other));
  return [
    rowOf(`memory: after ${requests} requests`, afterRequests),
    rowOf(`memory: while ${bets} bets are settled`, most),
  ];
}

function rowOf(name: string, megabytes: number): Row {
  const ratio = ratioOf([megabytes], [ALLOWED_MB]);
  return row(name, `${megabytes.toFixed(0)} MB`, `${ALLOWED_MB} MB`, ratio, '<=1');
}
