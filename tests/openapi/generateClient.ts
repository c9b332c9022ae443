import { registerHooks } from 'node:module';

// The generator builds its output with TypeScript 5's compiler API, which TypeScript 7 has not got.
registerHooks({
  resolve: (specifier, context, next) =>
    next(specifier === 'typescript' ? 'typescript-api' : specifier, context),
});

/** The types of a client of an OpenAPI document, as the text of a declaration file. */
export async function generateClientTypes(document: string): Promise<string> {
  const { default: openapiTypescript, astToString } = await import('openapi-typescript');
  const nodes = await openapiTypescript(document, { alphabetize: true });
  return astToString(nodes);
}
