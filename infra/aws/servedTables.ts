import { TABLE_NAMES } from '../../lib/dynamodb/tables.ts';
import { type Resources, tableId } from './names.ts';

const ARN = 'arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/';

/**
 * The same resources, referring to tables that were restored under another prefix than that of the
 * stack's own, which stay as they are. A template cannot take up tables that it did not make.
 */
export function servingTablesOf(prefix: string, resources: Resources): Resources {
  const nameOf = new Map(TABLE_NAMES.map((name) => [tableId(name), prefix + name]));
  const inText = (text: string): string =>
    text.replaceAll(/\$\{(\w+)(\.Arn)?\}/g, (whole, id: string, isArn?: string) => {
      const name = nameOf.get(id);
      if (name === undefined) return whole;
      return isArn === undefined ? name : ARN + name;
    });
  const replaced = (part: unknown): unknown => {
    if (typeof part === 'string') return inText(part);
    if (Array.isArray(part)) return part.map(replaced);
    if (typeof part !== 'object' || part === null) return part;
    const { Ref: id, 'Fn::GetAtt': attribute }: Reference = part;
    const name = nameOf.get(String(id));
    if (name !== undefined) return name;
    const owner = Array.isArray(attribute) ? nameOf.get(String(attribute[0])) : undefined;
    if (owner !== undefined) return { 'Fn::Sub': ARN + owner };
    return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, replaced(value)]));
  };
  return replaced(resources) as Resources; // Only references change.
}

interface Reference {
  Ref?: unknown;
  'Fn::GetAtt'?: unknown;
}
