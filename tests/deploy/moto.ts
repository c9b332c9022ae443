import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import pLimit from 'p-limit';
import * as z from 'zod';
import { DynamodbError } from '../../infra/local/dynaliteOperations.ts';
import { listen } from '../../infra/local/listen.ts';
import { createBatchExecuteStatement } from '../../infra/local/statements.ts';
import { freePort } from '../support/dynamodbLocal.ts';
import { startService } from '../support/service.ts';
import { ROOT } from './packaged.ts';

const PYTHON = join(ROOT, '.cache/moto/bin/python');
/** The AWS CLI, which is installed with it. */
export const AWS_CLI = join(ROOT, '.cache/moto/bin/aws');
/** Who deploys to it, and where. It takes any credentials. */
export const REGION = 'eu-central-1';
export const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'moto', AWS_SECRET_ACCESS_KEY: 'moto' };
const START_TRIES = 600;
const HOW_TO_INSTALL =
  'python3 -m venv .cache/moto && ' +
  ".cache/moto/bin/pip install 'moto[server]>=5.2,<6' 'awscli>=1.46,<2'";

/** A stand-in for an AWS account, as far as moto goes. */
export async function startMoto() {
  if (![PYTHON, AWS_CLI].every(existsSync))
    throw new Error(`moto and the AWS CLI are not installed: ${HOW_TO_INSTALL}`);
  const port = await freePort();
  const server = [
    join(import.meta.dirname, 'launchMoto.py'),
    '-H',
    '127.0.0.1',
    '-p',
    String(port),
  ];
  // It leaves a file in the folder that it runs in.
  const child = spawn(PYTHON, server, { cwd: join(ROOT, '.cache/moto'), stdio: 'ignore' });
  const endpoint = `http://127.0.0.1:${port}`;
  for (let tries = 1; !(await answers(endpoint)); tries += 1) {
    if (tries > START_TRIES || child.exitCode !== null) throw new Error('moto did not start.');
    await delay(100);
  }
  const front = await startFront(endpoint);
  return {
    endpoint,
    /** The same for DynamoDB, completed by what moto lacks of it. */
    dynamodb: front.endpoint,
    /** The local service before the packaged functions of a folder, on tables of the account. */
    startDeployed: (folder: string, tablePrefix: string, operatorToken: string) =>
      startService({
        TEST_PACKAGE: join(folder, '.serverless'),
        DYNAMODB_ENDPOINT: 'aws',
        AWS_ENDPOINT_URL_DYNAMODB: front.endpoint,
        AWS_REGION: REGION,
        ...CREDENTIALS,
        TABLE_PREFIX: tablePrefix,
        OPERATOR_TOKEN: operatorToken,
      }),
    stop: async () => {
      await front.close();
      child.kill('SIGTERM');
    },
  };
}

const answers = (endpoint: string): Promise<boolean> => fetch(endpoint).then(Boolean, () => false);

const output = z.record(z.string(), z.unknown());

/**
 * One call of DynamoDB at a time: in moto others see the middle of a transaction. And each PartiQL
 * update as an `UpdateItem`, since moto knows no such statement with a condition.
 */
async function startFront(moto: string) {
  const inTurn = pLimit(1);
  const perform = async (request: IncomingMessage): Promise<object> => {
    const { authorization = '', 'x-amz-target': target = '' } = request.headers;
    const [version, name] = String(target).split('.');
    const call = (operation: string) => async (input: object) => {
      const headers = { authorization, 'x-amz-target': `${version}.${operation}` };
      const response = await fetch(moto, { method: 'POST', headers, body: JSON.stringify(input) });
      const body = output.parse(await response.json());
      if (!response.ok) throw new DynamodbError(body, response.status);
      return body;
    };
    const native = { DescribeTable: call('DescribeTable'), UpdateItem: call('UpdateItem') };
    const input = output.parse(JSON.parse(await text(request)));
    const isBatch = name === 'BatchExecuteStatement';
    return isBatch ? createBatchExecuteStatement(native)(input) : call(name ?? '')(input);
  };
  const server = createServer((request, response) => {
    const end = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(JSON.stringify(body));
    };
    inTurn(() => perform(request)).then(
      (body) => end(200, body),
      (error: unknown) => {
        if (error instanceof DynamodbError) end(error.statusCode, error.body);
        else end(500, { __type: 'InternalServerError', message: String(error) });
      },
    );
  });
  const port = await listen(server);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      return server[Symbol.asyncDispose]();
    },
  };
}
