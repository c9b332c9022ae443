/** JSON, and the parts of an OpenAPI 3.1 document that are compared. */
type Json = Record<string, unknown>;

interface Schema extends Json {
  type?: string | string[];
  enum?: unknown[];
  anyOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean;
}
interface Content {
  [mediaType: string]: { schema: Schema };
}
interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  schema: Schema;
}
interface Operation {
  security?: Record<string, string[]>[];
  parameters?: Parameter[];
  requestBody?: { required?: boolean; content: Content };
  responses: Record<string, { headers?: Json; content?: Content }>;
}

/** Changes that can break a client written against `before`, each as a line that says where. */
export function breakingChanges(before: Json, after: Json): string[] {
  const old = operationsOf(before);
  const now = operationsOf(after);
  return [...old].flatMap(([name, operation]) => {
    const successor = now.get(name);
    if (successor === undefined) return [`${name} is gone`];
    return [
      ...securityChanges(operation, successor),
      ...parameterChanges(operation, successor),
      ...bodyChanges(operation, successor),
      ...responseChanges(operation, successor),
    ].map((change) => `${name}: ${change}`);
  });
}

function operationsOf(document: Json): Map<string, Operation> {
  const paths = resolve(document['paths'], document) as Record<string, Record<string, Operation>>;
  return new Map(
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]): [string, Operation] => [
        `${method.toUpperCase()} ${path}`,
        operation,
      ]),
    ),
  );
}

/** References of a document may be this deep at most; a schema that holds itself is not supported. */
const MAX_DEPTH = 50;

/** A part of a document with what it refers to in place of each `$ref`. */
function resolve(part: unknown, document: Json, depth = 0): unknown {
  if (depth > MAX_DEPTH) throw new Error('The document refers to itself, or too deep.');
  if (Array.isArray(part)) return part.map((item) => resolve(item, document, depth + 1));
  if (typeof part !== 'object' || part === null) return part;
  const { $ref: reference, ...rest } = part as Json;
  const own = Object.entries(rest).map(([key, value]) => [
    key,
    resolve(value, document, depth + 1),
  ]);
  if (typeof reference !== 'string') return Object.fromEntries(own);
  const target = resolve(at(document, reference), document, depth + 1) as Json;
  return { ...target, ...Object.fromEntries(own) };
}

/** What a `$ref` within the document leads to (RFC 6901). */
function at(document: Json, reference: string): unknown {
  const keys = reference.replace('#/', '').split('/');
  return keys.reduce<unknown>(
    (part, key) => (part as Json)[key.replaceAll('~1', '/').replaceAll('~0', '~')],
    document,
  );
}

/** Ways in that are shut: a requirement that was enough and no longer is. */
function securityChanges(before: Operation, after: Operation): string[] {
  const open = [{}];
  const now = new Set((after.security ?? open).map((each) => JSON.stringify(each)));
  const old = (before.security ?? open).map((each) => JSON.stringify(each));
  return old.filter((each) => !now.has(each)).map((each) => `${each} is not enough`);
}

function parameterChanges(before: Operation, after: Operation): string[] {
  const key = (parameter: Parameter): string => `${parameter.in} ${parameter.name}`;
  const old = new Map((before.parameters ?? []).map((each) => [key(each), each]));
  const now = new Map((after.parameters ?? []).map((each) => [key(each), each]));
  const gone = [...old.keys()].filter((name) => !now.has(name)).map((name) => `${name} is gone`);
  const changed = [...now].flatMap(([name, parameter]) => {
    const predecessor = old.get(name);
    const demanded = parameter.required === true && predecessor?.required !== true;
    const narrower =
      predecessor === undefined ? [] : refused(parameter.schema, predecessor.schema, name);
    return demanded ? [`${name} is required`].concat(narrower) : narrower;
  });
  return [...gone, ...changed];
}

function bodyChanges(before: Operation, after: Operation): string[] {
  if (after.requestBody === undefined) {
    return before.requestBody === undefined ? [] : ['the body is gone'];
  }
  const demanded =
    after.requestBody.required === true && before.requestBody?.required !== true
      ? ['the body is required']
      : [];
  const old = before.requestBody?.content ?? {};
  const { content } = after.requestBody;
  return [
    ...demanded,
    ...Object.entries(old).flatMap(([type, { schema }]) => {
      const now = content[type];
      return now === undefined ? [`${type} is not taken`] : refused(now.schema, schema, 'body');
    }),
  ];
}

function responseChanges(before: Operation, after: Operation): string[] {
  const success = (status: string): boolean => status < '400';
  const unheardOf = Object.keys(after.responses).filter(
    (status) => success(status) && before.responses[status] === undefined,
  );
  return [
    ...unheardOf.map((status) => `${status} is a new success`),
    ...Object.entries(before.responses).flatMap(([status, old]) => {
      const now = after.responses[status];
      if (now === undefined) return success(status) ? [`${status} is gone`] : [];
      const headers = Object.keys(old.headers ?? {}).filter(
        (name) => !(name in (now.headers ?? {})),
      );
      const contents = Object.entries(old.content ?? {}).flatMap(([type, { schema }]) => {
        const successor = now.content?.[type];
        if (successor === undefined) return [`${type} is gone`];
        const unlikeBefore = refused(schema, successor.schema, 'answer');
        return unlikeBefore.concat(lost(schema, successor.schema, 'answer'));
      });
      const changes = [...headers.map((name) => `${name} is gone`), ...contents];
      return changes.map((change) => `${status}: ${change}`);
    }),
  ];
}

/** Fields of answers that were told of and no longer are; a client may have read the optional ones too. */
function lost(before: Schema, after: Schema, where: string): string[] {
  const now = after.properties ?? {};
  return [
    ...Object.entries(before.properties ?? {}).flatMap(([name, schema]) => {
      const successor = now[name];
      const there = `${where}.${name}`;
      return successor === undefined ? [`${there} is gone`] : lost(schema, successor, there);
    }),
    ...(before.items && after.items ? lost(before.items, after.items, `${where}[]`) : []),
  ];
}

/** Where `schema` refuses a value that `given` allows: what a receiver refuses of what a sender sends. */
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

function refusedValues(schema: Schema, given: Schema): string[] {
  const faults: string[] = [];
  const types = [schema.type ?? []].flat();
  const givenTypes = [given.type ?? ['anything']].flat();
  const known = (type: string): boolean =>
    types.includes(type) || (type === 'integer' && types.includes('number'));
  if (types.length > 0 && !givenTypes.every(known)) faults.push(`must be ${types.join(' or ')}`);
  const values = schema.enum;
  if (values && !(given.enum?.every((value) => values.includes(value)) ?? false)) {
    faults.push(`must be one of ${JSON.stringify(values)}`);
  }
  for (const rule of ['pattern', 'format', 'const', 'multipleOf'] as const) {
    if (schema[rule] !== undefined && schema[rule] !== given[rule]) faults.push(`has a ${rule}`);
  }
  for (const limit of ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems'] as const) {
    if (number(schema[limit], Infinity) < number(given[limit], Infinity)) {
      faults.push(`has a lower ${limit}`);
    }
  }
  for (const limit of ['minimum', 'exclusiveMinimum', 'minLength', 'minItems'] as const) {
    if (number(schema[limit], -Infinity) > number(given[limit], -Infinity)) {
      faults.push(`has a higher ${limit}`);
    }
  }
  return faults;
}

function number(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}

function refusedFields(schema: Schema, given: Schema, where: string): string[] {
  const guaranteed = given.required ?? [];
  const missing = (schema.required ?? []).filter((name) => !guaranteed.includes(name));
  const fields = Object.entries(given.properties ?? {});
  const known = schema.properties ?? {};
  const closed = schema.additionalProperties === false;
  return [
    ...missing.map((name) => `${where}.${name} is required`),
    ...(closed && given.additionalProperties !== false ? [`${where} takes no other fields`] : []),
    ...fields.flatMap(([name, field]) => {
      const successor = known[name];
      if (successor !== undefined) return refused(successor, field, `${where}.${name}`);
      return closed ? [`${where}.${name} is not known`] : [];
    }),
  ];
}
