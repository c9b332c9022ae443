import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import pLimit from 'p-limit';
import { createDynaliteOperations, DynamodbError, type Operation } from './dynaliteOperations.ts';
import { listen } from './listen.ts';
import { createBatchExecuteStatement } from './statements.ts';
import {
  createTransactGetItems,
  createTransactWriteItems,
  createUpdateItem,
} from './transactions.ts';

export type EmbeddedStore = Awaited<ReturnType<typeof startEmbeddedStore>>;

/** DynamoDB's own limit on a request's body. */
const MAX_REQUEST_BYTES = 16 * 1024 * 1024;

/**
 * A DynamoDB in this process, in memory: dynalite, completed by what it lacks.
 * It speaks DynamoDB's protocol on a free port of this machine, so the service has one code path.
 */
export async function startEmbeddedStore() {
  const native = await createDynaliteOperations();
  const operations = new Map<string, Operation>([
    ...Object.entries(native),
    ['UpdateItem', createUpdateItem(native)],
    ['TransactGetItems', createTransactGetItems(native)],
    ['TransactWriteItems', createTransactWriteItems(native)],
    ['BatchExecuteStatement', createBatchExecuteStatement(native)],
  ]);
  const inTurn = pLimit(1);
  const perform = async (request: IncomingMessage): Promise<object> => {
    const bytes = Number(request.headers['content-length']);
    if (!(bytes <= MAX_REQUEST_BYTES)) throw new DynamodbError({ __type: 'RequestTooLarge' }, 413);
    const input: unknown = JSON.parse(await text(request));
    const target = String(request.headers['x-amz-target']);
    const name = target.slice(target.indexOf('.') + 1);
    const operation = operations.get(name);
    if (operation === undefined) {
      throw new DynamodbError({
        __type: 'com.amazon.coral.service#UnknownOperationException',
        message: `The embedded store has no ${name}.`,
      });
    }
    // One at a time: a transaction is made of several writes and nobody may see its middle.
    return inTurn(() => operation(Object(input)));
  };
  const server = createServer((request, response) => void answer(response, perform(request)));
  const port = await listen(server);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      await server[Symbol.asyncDispose]();
    },
  };
}

async function answer(response: ServerResponse, output: Promise<object>): Promise<void> {
  const end = (status: number, body: object): void => {
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(JSON.stringify(body));
  };
  try {
    end(200, await output);
  } catch (error) {
    if (error instanceof DynamodbError) end(error.statusCode, error.body);
    else end(500, { __type: 'InternalServerError', message: String(error) });
  }
}
