import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { TABLE_NAMES, tables } from '../../lib/dynamodb/tables.ts';
import { accept } from '../acceptance/accept.ts';
import { historyOf } from '../support/service.ts';
import { CREDENTIALS, REGION, startMoto } from './moto.ts';
import { ofType, osls, readTemplate } from './packaged.ts';

jest.setTimeout(600_000);

const PREFIX = 'bet-maker-dev-';
const TOKEN = 'token-of-an-operator';
/** moto copies all tables for each transaction, so that it gets slower with every bet. */
const MINUTES = 0.2;
const CLIENTS = 3;

let scratch: string;
let moto: Awaited<ReturnType<typeof startMoto>>;

/** What `npx osls deploy` does, on a machine with nothing of an account. */
async function deploy(): Promise<void> {
  const environment = { ...CREDENTIALS, AWS_REGION: REGION, AWS_ENDPOINT_URL: moto.endpoint };
  await osls(scratch, ['deploy'], environment);
}

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'bet-maker-deploy-'));
  moto = await startMoto();
  await deploy();
});
afterAll(async () => {
  await moto.stop();
  await rm(scratch, { recursive: true });
});

const functionList = z.object({
  Functions: z.array(
    z.object({
      FunctionName: z.string(),
      Handler: z.string(),
      Runtime: z.string(),
      Timeout: z.number(),
      MemorySize: z.number(),
      Environment: z.object({ Variables: z.record(z.string(), z.string()) }),
    }),
  ),
});

describe('a stack that osls deploys', () => {
  it('has the tables and their indexes as the code defines them', async () => {
    const client = new DynamoDBClient({
      endpoint: moto.endpoint,
      region: REGION,
      credentials: { accessKeyId: 'moto', secretAccessKey: 'moto' },
    });

    const made = await Promise.all(
      TABLE_NAMES.map((name) =>
        client.send(new DescribeTableCommand({ TableName: PREFIX + name })),
      ),
    );

    const described = made.map(({ Table }) => ({
      AttributeDefinitions: Table?.AttributeDefinitions,
      KeySchema: Table?.KeySchema,
      BillingMode: Table?.BillingModeSummary?.BillingMode,
      GlobalSecondaryIndexes: (Table?.GlobalSecondaryIndexes ?? []).map(
        ({ IndexName, KeySchema, Projection }) => ({ IndexName, KeySchema, Projection }),
      ),
    }));
    const wanted = TABLE_NAMES.map((name) => {
      const { GlobalSecondaryIndexes = [], ...table } = tables[name];
      return Object.assign(table, { GlobalSecondaryIndexes });
    });
    expect(described).toEqual(wanted);
  });

  it('has every function as the template says', async () => {
    const authorization =
      `AWS4-HMAC-SHA256 Credential=moto/20260101/${REGION}/lambda/aws4_request, ` +
      'SignedHeaders=host, Signature=0';
    const url = `${moto.endpoint}/2015-03-31/functions?MaxItems=50`;

    const response = await fetch(url, { headers: { authorization } });

    const { Functions } = functionList.parse(await response.json());
    const template = await readTemplate(join(scratch, '.serverless'));
    const wanted = ofType(template, 'AWS::Lambda::Function').map(([, { Properties }]) => {
      const { FunctionName, Handler, Runtime, Timeout, MemorySize, Environment } = Properties;
      return { FunctionName, Handler, Runtime, Timeout, MemorySize, Environment };
    });
    expect(wanted).toHaveLength(8);
    expect(Functions).toEqual(expect.arrayContaining(wanted));
  });

  it('keeps all guarantees on its tables, and its bets when it is deployed again', async () => {
    const service = await moto.startDeployed(scratch, PREFIX, TOKEN);

    const report = await accept({
      url: service.url,
      token: TOKEN,
      minutes: MINUTES,
      clients: CLIENTS,
    });
    const before = await historyOf(service);
    await deploy();
    const after = await historyOf(service);
    await service.stop('SIGTERM');

    expect(report.violations).toEqual([]);
    expect(Math.min(report.bets, report.results)).toBeGreaterThan(0);
    expect(before.length).toBe(report.bets);
    expect(after).toEqual(before);
  });
});
