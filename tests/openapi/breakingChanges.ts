/** The rules of a JSON Schema that are compared. */
interface Schema {
  type?: string | string[];
  enum?: unknown[];
  anyOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean;
  [rule: string]: unknown;
}
type Parts = Record<string, { schema?: Schema }>;
interface Operation {
  security?: Record<string, string[]>[];
  parameters?: { name: string; in: string; required?: boolean; schema: Schema }[];
  requestBody?: { required?: boolean; content: Parts };
  responses: Record<string, { headers?: Parts; content?: Parts }>;
}
interface Document {
  paths: Record<string, Record<string, Operation>>;
}

/**
 * Changes from one OpenAPI 3.1 document to another that can break a client written against the
 * first, each as a line that says where. A request and the answers to it are compared as schemas:
 * the service has to take what was taken before, a client what it is answered now.
 */
export function breakingChanges(before: string, after: string): string[] {
  const now = operationsOf(after);
  return [...operationsOf(before)].flatMap(([name, old]) => {
    const successor = now.get(name);
    if (successor === undefined) return [`${name} is gone`];
    const answers = answersOf(old, successor);
    const newAnswers = answersOf(successor, old);
    return [
      ...refused(requestOf(successor), requestOf(old), 'request'),
      ...refused(answers, newAnswers, 'answer'),
      ...lost(answers, newAnswers, 'answer'),
    ].map((change) => `${name}: ${change}`);
  });
}

function operationsOf(text: string): Map<string, Operation> {
  return new Map(
    Object.entries(resolved(text).paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]): [string, Operation] => [
        `${method.toUpperCase()} ${path}`,
        operation,
      ]),
    ),
  );
}

const at = (part: unknown, key: string): unknown => Reflect.get(Object(part), key);

/** The document with what it refers to in place of each `$ref`. */
function resolved(text: string): Document {
  const document: unknown = JSON.parse(text);
  const resolve = (_key: string, part: unknown): unknown => {
    const reference = at(part, '$ref');
    if (typeof reference !== 'string') return part;
    const target = reference.split('/').slice(1).reduce(at, document);
    return { ...JSON.parse(JSON.stringify(target), resolve), ...Object(part) };
  };
  return JSON.parse(text, resolve);
}

const schemasOf = (parts: Parts = {}): Record<string, Schema> =>
  Object.fromEntries(Object.entries(parts).map(([name, { schema }]) => [name, schema ?? {}]));

const closed = (properties: Record<string, Schema>, required: string[] = []): Schema => {
  return { properties, required, additionalProperties: false };
};

function requestOf({ security = [{}], parameters = [], requestBody }: Operation): Schema {
  const named = parameters.map((each) => ({ ...each, key: `${each.in} ${each.name}` }));
  const required = named.filter((each) => each.required).map(({ key }) => key);
  return closed(
    {
      ...Object.fromEntries(named.map(({ key, schema }) => [key, schema])),
      token: { enum: security.map((each) => JSON.stringify(each)) },
      ...(requestBody && { body: closed(schemasOf(requestBody.content)) }),
    },
    requestBody?.required ? [...required, 'body'] : required,
  );
}

/** Refusals come and go: only those that the `other` has too are compared. */
function answersOf({ responses }: Operation, other: Operation): Schema {
  const kept = Object.entries(responses).filter(
    ([status]) => status < '400' || status in other.responses,
  );
  const schemas = kept.map(([status, { headers, content }]): [string, Schema] => [
    status,
    { properties: { ...schemasOf(headers), ...schemasOf(content) } },
  ]);
  return closed(Object.fromEntries(schemas));
}

/** Parts that are no longer told of; a client may have read the optional ones too. */
function lost(before: Schema, after: Schema, where: string): string[] {
  return [
    ...Object.entries(before.properties ?? {}).flatMap(([name, schema]) => {
      const successor = after.properties?.[name];
      const there = `${where}.${name}`;
      return successor === undefined ? [`${there} is gone`] : lost(schema, successor, there);
    }),
    ...(before.items && after.items ? lost(before.items, after.items, `${where}[]`) : []),
  ];
}

/** Where a receiver with `schema` refuses a value that a sender with `given` may send. */
function refused(schema: Schema, given: Schema, where: string): string[] {
  if (schema.anyOf || given.anyOf) {
    const taken = schema.anyOf ?? [schema];
    return (given.anyOf ?? [given])
      .filter((each) => taken.every((one) => refused(one, each, where).length > 0))
      .map((each) => `${where} may not be ${JSON.stringify(each)}`);
  }
  return [
    ...refusedValues(schema, given).map((fault) => `${where} ${fault}`),
    ...refusedFields(schema, given, where),
    ...(schema.items ? refused(schema.items, given.items ?? {}, `${where}[]`) : []),
  ];
}

const SAME = ['pattern', 'format', 'const', 'multipleOf'];
const UPPER = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems'];
const LOWER = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems'];

const bound = (limit: unknown, sign: 1 | -1): number =>
  typeof limit === 'number' ? sign * limit : Infinity;

function refusedValues(schema: Schema, given: Schema): string[] {
  const types = [schema.type ?? []].flat();
  const takes = (type: string): boolean =>
    types.includes(type) || (type === 'integer' && types.includes('number'));
  const takesTypes = types.length === 0 || [given.type ?? 'anything'].flat().every(takes);
  const values = schema.enum;
  const takesValues = !values || (given.enum?.every((value) => values.includes(value)) ?? false);
  const narrower = [
    ...UPPER.filter((rule) => bound(schema[rule], 1) < bound(given[rule], 1)),
    ...LOWER.filter((rule) => bound(schema[rule], -1) < bound(given[rule], -1)),
    ...SAME.filter((rule) => schema[rule] !== undefined && schema[rule] !== given[rule]),
  ];
  return [
    ...(takesTypes ? [] : [`must be ${types.join(' or ')}`]),
    ...(takesValues ? [] : [`must be one of ${JSON.stringify(values)}`]),
    ...narrower.map((rule) => `has a narrower ${rule}`),
  ];
}

function refusedFields(schema: Schema, given: Schema, where: string): string[] {
  const missing = (schema.required ?? []).filter((name) => !given.required?.includes(name));
  const isClosed = schema.additionalProperties === false;
  return [
    ...missing.map((name) => `${where}.${name} is required`),
    ...(isClosed && given.additionalProperties !== false ? [`${where} takes no other fields`] : []),
    ...Object.entries(given.properties ?? {}).flatMap(([name, field]) => {
      const successor = schema.properties?.[name];
      if (successor !== undefined) return refused(successor, field, `${where}.${name}`);
      return isClosed ? [`${where}.${name} is not known`] : [];
    }),
  ];
}
