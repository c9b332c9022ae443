import * as z from 'zod';
import { DynamodbError, type Native, type Operation } from './dynaliteOperations.ts';
import { keyNamesReader, pick } from './transactions.ts';

const statement = z.object({
  Statement: z.string(),
  Parameters: z.array(z.record(z.string(), z.unknown())),
});
const batch = z.object({ Statements: z.array(statement) });

const UPDATE =
  /^UPDATE "([^"]+)"((?: SET "[^"]+"=\?)+) WHERE ("[^"]+"[=<]\?(?: AND "[^"]+"[=<]\?)*)$/;
const TERM = /"([^"]+)"([=<])\?/g;

interface Term {
  name: string;
  comparator: string;
  value: Record<string, unknown>;
}

/**
 * `BatchExecuteStatement` of PartiQL updates by key, each carried out as the `UpdateItem` that it
 * stands for: `UPDATE "t" SET "a"=? WHERE "key"=? AND "b"<?`.
 */
export function createBatchExecuteStatement(
  native: Pick<Native, 'DescribeTable' | 'UpdateItem'>,
): Operation {
  const keyNames = keyNamesReader(native);
  return async (input) => {
    const { Statements } = batch.parse(input);
    const responses = Statements.map(async (one) => {
      const { table, set, where } = parseUpdate(one);
      try {
        await native.UpdateItem(updateItem(table, set, where, await keyNames(table)));
        return { TableName: table };
      } catch (error) {
        if (!(error instanceof DynamodbError)) throw error;
        const type = String(error.body['__type']);
        const Code = type.slice(type.indexOf('#') + 1).replace(/Exception$/, '');
        return { TableName: table, Error: { Code, Message: error.message } };
      }
    });
    return { Responses: await Promise.all(responses) };
  };
}

function parseUpdate({ Statement: text, Parameters }: z.infer<typeof statement>) {
  const [, table, set, where] = UPDATE.exec(text) ?? [];
  if (table === undefined || set === undefined || where === undefined) {
    throw new DynamodbError({
      __type: 'com.amazon.coral.validate#ValidationException',
      message: `The embedded store cannot carry out: ${text}`,
    });
  }
  const terms = [...`${set} ${where}`.matchAll(TERM)].map(
    ([, name = '', comparator = ''], index): Term => {
      return { name, comparator, value: Parameters[index] ?? {} };
    },
  );
  const setCount = [...set.matchAll(TERM)].length;
  return { table, set: terms.slice(0, setCount), where: terms.slice(setCount) };
}

function updateItem(TableName: string, set: Term[], where: Term[], keys: string[]): object {
  const all = Object.fromEntries(where.map(({ name, value }) => [name, value]));
  const conditions = where.filter(({ name }) => !keys.includes(name));
  const terms = [...set, ...conditions];
  const expression = ({ comparator }: Term, index: number) => `#n${index} ${comparator} :v${index}`;
  const written = terms.map(expression);
  return {
    TableName,
    Key: pick(all, keys),
    UpdateExpression: `SET ${written.slice(0, set.length).join(', ')}`,
    ConditionExpression: ['attribute_exists(#key)', ...written.slice(set.length)].join(' AND '),
    ExpressionAttributeNames: {
      '#key': keys[0],
      ...Object.fromEntries(terms.map(({ name }, index) => [`#n${index}`, name])),
    },
    ExpressionAttributeValues: Object.fromEntries(
      terms.map(({ value }, index) => [`:v${index}`, value]),
    ),
  };
}
