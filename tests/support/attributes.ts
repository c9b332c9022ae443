import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';

/** The members of a write that hold values of a table. */
const VALUES = new Set(['Item', 'Key', 'ExpressionAttributeValues']);

type Writes = Record<string, Record<string, unknown>>[];

/** The writes of a transaction as the document client takes them, as the client below it does. */
export function bareWrites(writes: readonly object[]): object[] {
  return translated(writes, (values) => marshall(values));
}

interface Command {
  name: string;
  input: unknown;
}

/** A transaction of the client below the document client, which hands it on, as the latter's own. */
export function plainCommand({ name, input }: Command): Command {
  if (name !== 'TransactWriteItemsCommand') return { name, input };
  const { TransactItems, ...more } = input as { TransactItems: object[] };
  return {
    name: 'TransactWriteCommand',
    input: { ...more, TransactItems: plainWrites(TransactItems) },
  };
}

function plainWrites(writes: readonly object[]): object[] {
  return translated(writes, (values) =>
    unmarshall(values as Record<string, AttributeValue>, { wrapNumbers: BigInt }),
  );
}

function translated(
  writes: readonly object[],
  translate: (values: Record<string, unknown>) => object,
): object[] {
  return (writes as Writes).map((write) =>
    mapValues(write, (input) => {
      return mapValues(input, (value, name) =>
        VALUES.has(name) ? translate(value as Record<string, unknown>) : value,
      );
    }),
  );
}

function mapValues<From, To>(
  given: Record<string, From>,
  change: (value: From, name: string) => To,
): Record<string, To> {
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, change(value, name)]),
  );
}
