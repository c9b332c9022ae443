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
      const update = parseUpdate(one);
      const { TableName } = update;
      try {
        await native.UpdateItem(updateItem(update, await keyNames(TableName)));
        return { TableName };
      } catch (error) {
        if (!(error instanceof DynamodbError)) throw error;
        const Code = String(error.body['__type']).replaceAll(/^.*#|Exception$/g, '');
        return { TableName, Error: { Code, Message: error.message } };
      }
    });
    return { Responses: await Promise.all(responses) };
  };
}

function parseUpdate({ Statement: text, Parameters }: z.infer<typeof statement>) {
  const [, TableName, set, where] = UPDATE.exec(text) ?? [];
  if (TableName === undefined || set === undefined || where === undefined) {
    throw new DynamodbError({
      __type: 'com.amazon.coral.validate#ValidationException',
      message: `The embedded store cannot carry out: ${text}`,
    });
  }
  // The parameters stand in the order of the text.
  const values = Parameters.values();
  const termsOf = (part: string) =>
    Array.from(part.matchAll(TERM), ([, name = '', comparator = '']) => {
      return { name, comparator, value: values.next().value ?? {} };
    });
  return { TableName, set: termsOf(set), where: termsOf(where) };
}

function updateItem({ TableName, set, where }: ReturnType<typeof parseUpdate>, keys: string[]) {
  const all = Object.fromEntries(where.map(({ name, value }) => [name, value]));
  const terms = [...set, ...where.filter(({ name }) => !keys.includes(name))];
  const written = terms.map(({ comparator }, index) => `#n${index} ${comparator} :v${index}`);
  const names = terms.map(({ name }, index) => [`#n${index}`, name]);
  const values = terms.map(({ value }, index) => [`:v${index}`, value]);
  return {
    TableName,
    Key: pick(all, keys),
    UpdateExpression: `SET ${written.slice(0, set.length).join(', ')}`,
    ConditionExpression: ['attribute_exists(#key)', ...written.slice(set.length)].join(' AND '),
    ExpressionAttributeNames: Object.fromEntries([['#key', keys[0]], ...names]),
    ExpressionAttributeValues: Object.fromEntries(values),
  };
}
