import * as z from 'zod';

/** A part of the OpenAPI document. Its form is the linter's to judge. */
export type Part = Record<string, unknown>;

export function reference(kind: 'headers' | 'responses' | 'schemas', name: string): Part {
  return { $ref: `#/components/${kind}/${name}` };
}

export function referenceTo(schema: z.ZodType): Part {
  const id = schema.meta()?.id;
  if (id === undefined) throw new Error('A part of a request or an answer has no id.');
  return reference('schemas', id);
}

export function content(schema: Part, examples: Part, type = 'application/json') {
  return { content: { [type]: { schema, examples } } };
}

export function named(values: Record<string, unknown>): Part {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }]));
}

export function byName<Value>(entries: [name: string, Value][]): Record<string, Value> {
  return Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)));
}

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** The JSON Schema of every schema that has an id, by it. */
export function wireSchemas(): Record<string, JsonSchema> {
  const { schemas } = z.toJSONSchema(z.globalRegistry, {
    // What comes in is judged by transforms; what goes out has none, so its input is its output.
    io: 'input',
    unrepresentable: 'any',
    uri: (id) => `#/components/schemas/${id}`,
    override: ({ zodSchema, jsonSchema }) => {
      simplify(jsonSchema);
      // zod takes examples and defaults for those of a transform's output, and drops them.
      const { examples, default: preset } = z.globalRegistry.get(zodSchema) ?? {};
      if (Array.isArray(examples)) jsonSchema.examples = examples;
      if (preset !== undefined) jsonSchema.default = preset;
    },
  });
  for (const schema of Object.values(schemas)) {
    delete schema.$id;
    delete schema.$schema;
  }
  return byName(Object.entries(schemas));
}

/** Leaves out what zod adds to the standard: the pattern of a format, the limits of an integer. */
function simplify(schema: JsonSchema): void {
  if (schema.format === 'date-time') delete schema.pattern;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) {
    delete schema.maximum;
    // All of the API's integers are counts.
    schema.minimum = 0;
  }
}
