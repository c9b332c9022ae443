import * as z from 'zod';
import type { SentCommand } from './recording.ts';
import { itemBytes, sum } from './writeUnits.ts';

const BYTES_PER_UNIT = 4_096;

const oneItem = z.record(z.string(), z.unknown());
const items = z.array(oneItem);
const query = z.object({ ConsistentRead: z.boolean().default(false) });
const queried = z.object({ Items: items.default([]) });
const batch = z.object({
  RequestItems: z.record(z.string(), z.object({ Keys: items, ConsistentRead: z.literal(true) })),
});
const gets = z.object({ TransactItems: z.array(z.object({ Get: z.unknown() })) });
const got = z.object({ Responses: z.array(z.object({ Item: oneItem.optional() })) });
const found = z.object({ Responses: z.record(z.string(), items).default({}) });

/**
 * What AWS charges for a read of whole items, by its published rules: one unit for each 4 KB begun,
 * of an item or of all items of a query, and one where there is nothing; half of that when it need
 * not be consistent, and twice in a transaction. A projection makes nothing cheaper: `output` must
 * be without one. Throws for a command that the store does not send.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
 */
export function readUnits({ name, input }: SentCommand, output: unknown): number {
  if (name === 'QueryCommand') {
    const { ConsistentRead } = query.parse(input);
    return unitsOf(sum(queried.parse(output).Items, itemBytes)) * (ConsistentRead ? 1 : 0.5);
  }
  if (name === 'BatchGetCommand') {
    const asked = Object.values(batch.parse(input).RequestItems).flatMap(({ Keys }) => Keys).length;
    const read = Object.values(found.parse(output).Responses).flat();
    return sum(read, (item) => unitsOf(itemBytes(item))) + (asked - read.length);
  }
  if (name === 'TransactGetCommand') {
    const asked = gets.parse(input).TransactItems.length;
    const { Responses } = got.parse(output);
    const read = Responses.map(({ Item }) => Item).filter((each) => each !== undefined);
    return 2 * (sum(read, (item) => unitsOf(itemBytes(item))) + (asked - read.length));
  }
  if (name === 'DescribeTableCommand') return 0;
  throw new Error(`What does AWS charge for ${name}?`);
}

function unitsOf(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / BYTES_PER_UNIT));
}
