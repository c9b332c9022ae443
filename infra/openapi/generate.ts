import { readFile, writeFile } from 'node:fs/promises';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { PROBLEMS } from '../../lib/http/problems.ts';
import { createDocument } from './document.ts';
import { problemsHtml } from './problemsHtml.ts';
import { referenceHtml } from './referenceHtml.ts';
import { readSamples } from './samples.ts';
import { byName } from './schemas.ts';

/** What is made of the calls and the catalogue of problems when the code is built. */
export const ROOT = join(import.meta.dirname, '../..');
export const DOCUMENT = 'docs/openapi.json';

// The generator of types uses TypeScript 5's compiler API, which TypeScript 7 does not have.
registerHooks({
  resolve: (specifier, context, next) =>
    next(specifier === 'typescript' ? 'typescript-api' : specifier, context),
});

async function clientTypes(document: string): Promise<string> {
  const { default: openapiTypescript, astToString } = await import('openapi-typescript');
  const types = astToString(await openapiTypescript(document, { alphabetize: true }));
  return `// Made from ${DOCUMENT} by \`npm run generate\`.\n${types}`;
}

const problems = byName(Object.entries(PROBLEMS));

function problemsTable(): string {
  const rows = Object.entries(problems).map(([code, { status, title, advice }]) =>
    ['', `\`${code}\``, status, title, advice, ''].join('|'),
  );
  return ['|code|status|title|what to do|', '|-|-|-|-|', ...rows].join('\n');
}

const BETWEEN_MARKERS = /(?<=<!-- begin generated \w+ -->)[^]*(?=<!-- end generated \w+ -->)/;

/** A file with `text` between its markers. */
async function withGenerated(file: string, text: string): Promise<string> {
  const [before, after] = (await readFile(join(ROOT, file), 'utf8')).split(BETWEEN_MARKERS);
  if (after === undefined) throw new Error(`${file} has no place for what is generated.`);
  return `${before}\n${text}\n${after}`;
}

/** Every file that is generated, with its text. */
export async function generatedFiles(): Promise<Record<string, string>> {
  const document = JSON.stringify(createDocument());
  const samples = await readSamples(join(ROOT, 'examples/getting-started'));
  const page = 'infra/pages/problems.html';
  const reference = 'infra/pages/reference.html';
  const texts = {
    [DOCUMENT]: document,
    'docs/problems.md': await withGenerated('docs/problems.md', problemsTable()),
    [page]: await withGenerated(page, problemsHtml(problems)),
    [reference]: await withGenerated(reference, referenceHtml(document, samples)),
    'tests/openapi/apiTypes.ts': await clientTypes(document),
  };
  const files = Object.entries(texts).map(async ([file, text]) => {
    const filepath = join(ROOT, file);
    return [file, await format(text, { ...(await resolveConfig(filepath)), filepath })] as const;
  });
  return Object.fromEntries(await Promise.all(files));
}

if (import.meta.main) {
  for (const [file, text] of Object.entries(await generatedFiles())) {
    await writeFile(join(ROOT, file), text);
  }
}
