import { createServer } from 'node:http';
import { randomUUID } from 'node:crypto';
import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { listen } from '../infra/local/listen.ts';
import { plainClient } from './plainClient.ts';

/**
 * The least that placing a bet can cost: bare node:http that does the same one `TransactWriteItems`
 * with the SDK's client as it comes, and nothing else. No validation, no routes, no errors. Prints
 * its address.
 */
const client = plainClient(process.env['DYNAMODB_ENDPOINT'] ?? '');
const prefix = process.env['TABLE_PREFIX'] ?? '';

const server = createServer((request, response) => {
  let text = '';
  request.on('data', (data: Buffer) => (text += data.toString()));
  request.on('end', () => {
    const { event_id: eventId, amount }: Record<'event_id' | 'amount', string> = JSON.parse(text);
    const betId = randomUUID();
    const fence = Math.floor(Math.random() * 64);
    const eventFence = `${eventId}#${fence}`;
    const minor = BigInt(amount.replace('.', ''));
    const command = new TransactWriteCommand({
      TransactItems: [
        {
          Update: {
            TableName: `${prefix}fences`,
            Key: { eventFence },
            UpdateExpression: 'ADD placed :one, stakedMinor :stake',
            ConditionExpression: 'attribute_not_exists(closedAt)',
            ExpressionAttributeValues: { ':one': 1, ':stake': minor },
          },
        },
        {
          Put: {
            TableName: `${prefix}bets`,
            Item: {
              shard: betId.slice(-1),
              betId,
              eventId,
              fence,
              eventFence,
              amountMinor: minor,
              placedAt: new Date().toISOString(),
              status: 'pending',
              outcomeVersion: 0,
            },
            ConditionExpression: 'attribute_not_exists(betId)',
          },
        },
      ],
    });
    const answered = client.send(command).then(() => {
      response.writeHead(201, { 'content-type': 'application/json' });
      return response.end(
        JSON.stringify({ id: betId, event_id: eventId, amount, status: 'pending' }),
      );
    });
    answered.catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
});
process.on('SIGTERM', () => process.exit(0));
process.stdout.write(`floor on http://127.0.0.1:${await listen(server)}\n`);
