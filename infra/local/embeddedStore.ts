import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import pLimit from 'p-limit';
import { createDynaliteOperations, DynamodbError, type Operation } from './dynaliteOperations.ts';
import { listen } from './listen.ts';
import { createBatchExecuteStatement } from './statements.ts';
import { createTransactGetItems, createTransactWriteItems } from './transactions.ts';

export interface EmbeddedStore {
  endpoint: string;
  close(): Promise<void>;
}

/** DynamoDB's own limit on a request's body. */
const MAX_REQUEST_BYTES = 16 * 1024 * 1024;

/**
 * A DynamoDB in this process, in memory: dynalite, completed by the three operations that it lacks.
 * It speaks DynamoDB's protocol on a free port of this machine, so the service has one code path.
 */
export async function startEmbeddedStore(): Promise<EmbeddedStore> {
  const native = createDynaliteOperations();
  const operations = new Map<string, Operation>([
    ...Object.entries(native),
    ['TransactGetItems', createTransactGetItems(native)],
    ['TransactWriteItems', createTransactWriteItems(native)],
    ['BatchExecuteStatement', createBatchExecuteStatement(native)],
  ]);
  const inTurn = pLimit(1);
  const server = createServer((request, response) => {
    void serve(request, response, (name, input) => {
      const operation = operations.get(name);
      if (operation === undefined) throw unknownOperation(name);
      // One at a time: a transaction is made of several writes and nobody may see its middle.
      return inTurn(() => operation(input));
    });
  });
  const port = await listen(server);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      await server[Symbol.asyncDispose]();
    },
  };
}

function unknownOperation(name: string): DynamodbError {
  return new DynamodbError({
    __type: 'com.amazon.coral.service#UnknownOperationException',
    message: `The embedded store has no ${name}.`,
  });
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  perform: (name: string, input: object) => Promise<object>,
): Promise<void> {
  try {
    const target = String(request.headers['x-amz-target']);
    const input: unknown = JSON.parse(await readBody(request));
    const output = await perform(target.slice(target.indexOf('.') + 1), Object(input));
    answer(response, 200, output);
  } catch (error) {
    if (error instanceof DynamodbError) answer(response, error.statusCode, error.body);
    else answer(response, 500, { __type: 'InternalServerError', message: String(error) });
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const bytes = Number(request.headers['content-length']);
  if (!(bytes <= MAX_REQUEST_BYTES)) throw new DynamodbError({ __type: 'RequestTooLarge' }, 413);
  return await text(request);
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(JSON.stringify(body));
}
