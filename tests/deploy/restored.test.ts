import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { TABLE_NAMES } from '../../lib/dynamodb/tables.ts';
import { ofType, type Packaged, packageService } from './packaged.ts';

jest.setTimeout(600_000);

const PREFIX = 'bet-maker-dev-r1-';
let own: Packaged;
let restored: Packaged;
beforeAll(async () => {
  [own, restored] = await Promise.all([
    packageService(),
    packageService([`--param=tablePrefix=${PREFIX}`, '--param=betStream=true']),
  ]);
});
afterAll(() => Promise.all([own.remove(), restored.remove()]));

const TABLE = 'AWS::DynamoDB::Table';
const OWN_TABLE = /\b(Bets|Fences|Events|EventList|IdempotencyKeys)Table\b/;

describe('a stage with the prefix of restored tables', () => {
  it('tells it to every function', () => {
    const environments = ofType(restored.template, 'AWS::Lambda::Function').map(
      ([, { Properties }]) => JSON.stringify(Properties['Environment']),
    );

    expect(environments).toHaveLength(8);
    for (const each of environments) expect(each).toContain(`"TABLE_PREFIX":"${PREFIX}"`);
  });

  it('keeps the tables of the stack as they are', () => {
    const kept = ofType(restored.template, TABLE).map(([id, { Properties, ...table }]) => {
      // The stream is a parameter of its own.
      const { StreamSpecification: _, ...properties } = Properties;
      return [id, { ...table, Properties: properties }];
    });

    expect(kept).toEqual(ofType(own.template, TABLE));
  });

  it('names no stream, as that of the own table has nothing new', () => {
    expect(Object.keys(restored.template.Outputs)).not.toContain('BetStreamArn');
  });

  it('lets roles, alarms and the dashboard refer to the restored tables alone', () => {
    const others = Object.entries(restored.template.Resources).filter(
      ([, { Type }]) => Type !== TABLE,
    );
    const text = JSON.stringify(others);

    const arn = 'arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/';
    const readBets = [`${arn}${PREFIX}bets`, `${arn}${PREFIX}bets/index/byEvent`];
    expect(OWN_TABLE.exec(text)).toBeNull();
    expect(JSON.stringify(own.template.Resources)).toMatch(OWN_TABLE);
    for (const name of TABLE_NAMES) expect(text).toContain(PREFIX + name);
    for (const each of readBets) expect(text).toContain(`{"Fn::Sub":"${each}"}`);
  });
});
