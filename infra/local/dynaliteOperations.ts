import batchGetItem from 'dynalite/actions/batchGetItem.js';
import createTable from 'dynalite/actions/createTable.js';
import deleteItem from 'dynalite/actions/deleteItem.js';
import describeTable from 'dynalite/actions/describeTable.js';
import getItem from 'dynalite/actions/getItem.js';
import putItem from 'dynalite/actions/putItem.js';
import query from 'dynalite/actions/query.js';
import updateItem from 'dynalite/actions/updateItem.js';
import db from 'dynalite/db/index.js';
import batchGetItemRules from 'dynalite/validations/batchGetItem.js';
import createTableRules from 'dynalite/validations/createTable.js';
import deleteItemRules from 'dynalite/validations/deleteItem.js';
import describeTableRules from 'dynalite/validations/describeTable.js';
import getItemRules from 'dynalite/validations/getItem.js';
import validations from 'dynalite/validations/index.js';
import putItemRules from 'dynalite/validations/putItem.js';
import queryRules from 'dynalite/validations/query.js';
import updateItemRules from 'dynalite/validations/updateItem.js';

/** DynamoDB's JSON protocol: attribute values, requests and answers as they are on the wire. */
export type AttributeMap = Record<string, Record<string, unknown>>;
export type Operation<Output = object> = (input: object) => Promise<Output>;

/** An answer that is not a success, as DynamoDB would give it. */
export class DynamodbError extends Error {
  readonly statusCode: number;
  readonly body: Record<string, unknown>;

  constructor(body: Record<string, unknown>, statusCode = 400) {
    super(String(body['message'] ?? body['Message'] ?? body['__type']));
    this.statusCode = statusCode;
    this.body = body;
  }
}

export type Native = ReturnType<typeof createDynaliteOperations>;

/** dynalite's operations that the service needs, on a new store in memory, without its server. */
export function createDynaliteOperations() {
  const store = db.create({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });

  const operation =
    (action: typeof getItem, { types, custom }: typeof getItemRules): Operation<DynaliteOutput> =>
    async (input) => {
      try {
        // dynalite changes what it is given.
        const checked = validations.checkTypes(structuredClone(input), types);
        validations.checkValidations(checked, types, custom, store);
        const { promise, resolve, reject } = Promise.withResolvers<DynaliteOutput>();
        action(store, checked, (error, output) => (error ? reject(error) : resolve(output)));
        return await promise;
      } catch (error) {
        throw isAnswer(error) ? new DynamodbError(error.body, error.statusCode) : error;
      }
    };
  return {
    BatchGetItem: operation(batchGetItem, batchGetItemRules),
    CreateTable: operation(createTable, createTableRules),
    DeleteItem: operation(deleteItem, deleteItemRules),
    DescribeTable: operation(describeTable, describeTableRules),
    GetItem: operation(getItem, getItemRules),
    PutItem: operation(putItem, putItemRules),
    Query: operation(query, queryRules),
    UpdateItem: operation(updateItem, updateItemRules),
  };
}

type DynaliteOutput = Parameters<Parameters<typeof getItem>[2]>[1];

function isAnswer(error: unknown): error is Pick<DynamodbError, 'body' | 'statusCode'> {
  return error instanceof Error && 'statusCode' in error && 'body' in error;
}
