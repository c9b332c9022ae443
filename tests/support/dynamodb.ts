import {
  ConditionalCheckFailedException,
  DynamoDBServiceException,
  TransactionCanceledException,
  type CancellationReason,
} from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type AwsClientStub, mockClient } from 'aws-sdk-client-mock';
import type { Wait } from '../../lib/bets/context.ts';
import { createClient } from '../../lib/dynamodb/client.ts';
import type { Session } from '../../lib/dynamodb/session.ts';
import { tableNames } from '../../lib/dynamodb/tables.ts';

export type MockedDynamodb = AwsClientStub<DynamoDBDocumentClient>;

/** The document client without a store behind it: a command that no test expects rejects. */
export function mockDynamodb(): MockedDynamodb {
  return expectNothing(mockClient(DynamoDBDocumentClient));
}

/** Forgets all calls and behaviours. */
export function expectNothing(dynamodb: MockedDynamodb): MockedDynamodb {
  dynamodb.reset();
  dynamodb.rejects(new Error('A command that no test expects'));
  return dynamodb;
}

/** For each test of a file: a session of which every command must be given the signal. */
export function mockedSession() {
  const dynamodb = mockDynamodb();
  /** The pauses of the test so far, each as long as it may be; none takes any time. */
  const pauses: number[] = [];
  const { signal } = new AbortController();
  const wait: Wait = {
    signal,
    random: () => 1,
    sleep: async (milliseconds) => void pauses.push(milliseconds),
  };
  beforeEach(() => {
    expectNothing(dynamodb);
    pauses.length = 0;
  });
  afterEach(() => {
    for (const call of dynamodb.calls()) {
      const [, options]: unknown[] = call.args;
      expect(Reflect.get(Object(options), 'abortSignal')).toBe(signal);
    }
  });
  const options = { abortSignal: signal };
  const tables = tableNames('test-');
  const session: Session = { client: createClient('aws'), tables, options, wait };
  return { dynamodb, session, pauses };
}

/** The commands in the order of sending, each with its whole input. */
export function sent(dynamodb: MockedDynamodb): [string, object][] {
  return dynamodb.calls().map(({ args: [command] }) => [command.constructor.name, command.input]);
}

const $metadata = { httpStatusCode: 400 };

export function conditionFailed(): Error {
  const message = 'The conditional request failed';
  return new ConditionalCheckFailedException({ $metadata, message });
}

/** A transaction that was not carried out, with a reason for each of its writes. */
export function canceled(...reasons: (string | CancellationReason)[]): Error {
  const CancellationReasons = reasons.map((reason) =>
    typeof reason === 'string' ? { Code: reason } : reason,
  );
  const message = 'Transaction cancelled';
  return new TransactionCanceledException({ $metadata, message, CancellationReasons });
}

/** An answer of AWS that is an error. */
export function refused(name: string, httpStatusCode = 400): Error {
  return new DynamoDBServiceException({
    name,
    $fault: httpStatusCode < 500 ? 'client' : 'server',
    $metadata: { httpStatusCode },
    message: `secret detail of ${name}`,
  });
}

/** A connection that broke. */
export function broken(code: string): Error {
  return Object.assign(new Error(`secret detail of ${code}`), { code });
}

/** A call that was given up. */
export function givenUp(name: 'AbortError' | 'TimeoutError'): Error {
  return Object.assign(new Error('secret detail of the call'), { name });
}
