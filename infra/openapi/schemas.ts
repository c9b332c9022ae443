import * as z from 'zod';
import type { Part } from './responses.ts';

type JsonSchema = z.core.JSONSchema.BaseSchema;

export function referenceTo(schema: z.ZodType): Part {
  const id = schema.meta()?.id;
  if (id === undefined) throw new Error('A part of a request or an answer has no id.');
  return { $ref: `#/components/schemas/${id}` };
}

/** The JSON Schema of every schema that has an id, by it. */
export function wireSchemas(): Record<string, JsonSchema> {
  const { schemas } = z.toJSONSchema(z.globalRegistry, {
    // What comes in is judged by transforms; what goes out has none, so its input is its output.
    io: 'input',
    unrepresentable: 'any',
    uri: (id) => `#/components/schemas/${id}`,
    override: ({ zodSchema, jsonSchema }) => {
      simplify(jsonSchema);
      Object.assign(jsonSchema, keptFromTransforms(zodSchema));
    },
  });
  return Object.fromEntries(
    Object.entries(schemas)
      .map(([id, { $id: _id, $schema: _dialect, ...schema }]): [string, JsonSchema] => [id, schema])
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  );
}

/** zod takes examples and defaults for those of the transform's output, and drops them. */
function keptFromTransforms(schema: z.core.$ZodType): Part {
  const { examples, default: preset } = z.globalRegistry.get(schema) ?? {};
  return {
    ...(examples !== undefined && { examples }),
    ...(preset !== undefined && { default: preset }),
  };
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
