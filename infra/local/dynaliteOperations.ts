import { promisify } from 'node:util';
import db from 'dynalite/db/index.js';
import validations from 'dynalite/validations/index.js';

/** DynamoDB's JSON protocol: attribute values, requests and answers as they are on the wire. */
export type AttributeMap = Record<string, Record<string, unknown>>;
export type Operation<Output = object> = (input: object) => Promise<Output>;

/** What is read of dynalite's answers. */
interface DynaliteOutput {
  Item?: AttributeMap;
  Table?: { KeySchema: { AttributeName: string }[] };
}
type Done = (error: Error | null, output: DynaliteOutput) => void;
type Action = (store: object, input: object, done: Done) => void;
type Rules = Record<'types' | 'custom', object>;

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

export type Native = Awaited<ReturnType<typeof createDynaliteOperations>>;

/** dynalite's operations that the service and its auditor need, on a new store in memory. */
export async function createDynaliteOperations() {
  const store = db.create({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });

  const operation = async (name: string): Promise<Operation<DynaliteOutput>> => {
    const { default: action }: { default: Action } = await import(`dynalite/actions/${name}.js`);
    const { default: rules }: { default: Rules } = await import(`dynalite/validations/${name}.js`);
    return async (input) => {
      try {
        // dynalite changes what it is given.
        const checked = validations.checkTypes(structuredClone(input), rules.types);
        validations.checkValidations(checked, rules.types, rules.custom, store);
        return await promisify(action)(store, checked);
      } catch (error) {
        throw isAnswer(error) ? new DynamodbError(error.body, error.statusCode) : error;
      }
    };
  };
  return {
    BatchGetItem: await operation('batchGetItem'),
    CreateTable: await operation('createTable'),
    DeleteItem: await operation('deleteItem'),
    DescribeTable: await operation('describeTable'),
    GetItem: await operation('getItem'),
    PutItem: await operation('putItem'),
    Query: await operation('query'),
    Scan: await operation('scan'),
    UpdateItem: await operation('updateItem'),
  };
}

function isAnswer(error: unknown): error is Pick<DynamodbError, 'body' | 'statusCode'> {
  return error instanceof Error && 'statusCode' in error && 'body' in error;
}
