import { createRequire } from 'node:module';
import type * as Db from 'dynalite/db/index.js';
import type * as Validations from 'dynalite/validations/index.js';

/** DynamoDB's JSON protocol: attribute values, requests and answers as they are on the wire. */
export type AttributeMap = Record<string, Record<string, unknown>>;
export type Operation = (input: object) => Promise<Record<string, unknown>>;

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

/** dynalite's operations that this service and its bootstrap need. */
const NATIVE = [
  'BatchGetItem',
  'CreateTable',
  'DeleteItem',
  'DescribeTable',
  'GetItem',
  'PutItem',
  'Query',
  'UpdateItem',
] as const;
export type NativeOperation = (typeof NATIVE)[number];

interface Validation {
  types: object;
  custom: unknown;
}
type Action = (
  store: Db.Store,
  input: object,
  done: (error: unknown, output: unknown) => void,
) => void;

// dynalite is CommonJS, one file an operation, found by name.
const require = createRequire(import.meta.url);

/** dynalite's operations on a new store in memory, without its HTTP server. */
export function createDynaliteOperations(): Record<NativeOperation, Operation> {
  const db = require('dynalite/db/index.js') as typeof Db;
  const validations = require('dynalite/validations/index.js') as typeof Validations;
  const store = db.create({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });

  const operations = NATIVE.map((name): [NativeOperation, Operation] => {
    const file = `${name.charAt(0).toLowerCase()}${name.slice(1)}.js`;
    const validation = require(`dynalite/validations/${file}`) as Validation;
    const action = require(`dynalite/actions/${file}`) as Action;
    const operation: Operation = async (input) => {
      try {
        // dynalite changes what it is given.
        const checked = validations.checkTypes(structuredClone(input), validation.types);
        validations.checkValidations(checked, validation.types, validation.custom, store);
        const { promise, resolve, reject } = Promise.withResolvers<unknown>();
        action(store, checked, (error, output) => (error ? reject(error) : resolve(output)));
        // Every operation answers an object.
        return (await promise) as Record<string, unknown>;
      } catch (error) {
        throw isAnswer(error) ? new DynamodbError(error.body, error.statusCode) : error;
      }
    };
    return [name, operation];
  });
  // Object.fromEntries forgets which keys it was given.
  return Object.fromEntries(operations) as Record<NativeOperation, Operation>;
}

function isAnswer(error: unknown): error is Pick<DynamodbError, 'body' | 'statusCode'> {
  return error instanceof Error && 'statusCode' in error && 'body' in error;
}
