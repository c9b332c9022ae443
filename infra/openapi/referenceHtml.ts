import { gettingStarted, type Sample, slug } from './gettingStartedHtml.ts';
import { escapeHtml, FOCUS, inlineHtml, proseHtml } from './html.ts';

/** What is read of the document. It is ours, and `npm run check` judges its form. */
interface Schema {
  $ref?: string;
  type?: string;
  format?: string;
  description?: string;
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  minimum?: number;
  maximum?: number;
}
interface Content {
  schema: Schema;
  examples?: Record<string, { value: unknown }>;
}
interface Answer {
  $ref?: string;
  description?: string;
  headers?: Record<string, { $ref?: string; description?: string }>;
  content?: Record<string, Content>;
}
interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  description?: string;
  schema: Schema;
}
interface Operation {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  security?: object[];
  parameters?: Parameter[];
  requestBody?: { content: Record<string, Content> };
  responses: Record<string, Answer>;
}
interface Document {
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: {
    schemas: Record<string, Schema>;
    responses: Record<string, Answer>;
    headers: Record<string, { description: string }>;
  };
}

/**
 * The generated part of infra/pages/reference.html: the ways to begin, every call, and what any
 * call may answer, once. Prettier has yet to format it.
 */
export function referenceHtml(text: string, samples: readonly Sample[]): string {
  const document: Document = JSON.parse(text);
  return new Reference(document).html(samples);
}

interface Call extends Operation {
  method: string;
  path: string;
}

const COLUMNS = ['name', 'type', 'meaning'];
const SCHEMAS = '#/components/schemas/';

class Reference {
  readonly #document: Document;
  readonly #calls: Call[];

  constructor(document: Document) {
    this.#document = document;
    this.#calls = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) =>
        Object.assign({ method: method.toUpperCase(), path }, operation),
      ),
    );
  }

  html(samples: readonly Sample[]): string {
    const tags = this.#document.tags.map(({ name, description }) => {
      const calls = this.#calls.filter((call) => call.tags.includes(name));
      return { name, description, calls };
    });
    return `<nav class="contents" aria-label="On this page">
${list(
  'Getting started',
  samples.map(({ title }) => [slug(title), title]),
)}
${tags
  .map(({ name, calls }) =>
    list(
      name,
      calls.map((call) => [call.operationId, call.summary]),
    ),
  )
  .join('\n')}
${list('Every call', [
  ['any-call', 'What any call may answer'],
  ['problems', 'Problems'],
])}
</nav>
<div class="reference">
${gettingStarted(samples)}
${tags
  .map(
    ({ name, description, calls }) => `<section>
<h2>${name}</h2>
<p>${inlineHtml(description)}</p>
${calls.map((call) => this.#call(call)).join('\n')}
</section>`,
  )
  .join('\n')}
${this.#anyCall()}
</div>`;
  }

  #call(call: Call): string {
    const { operationId, method, path, summary, description = '', parameters = [] } = call;
    const body = Object.values(call.requestBody?.content ?? {})[0];
    const operators =
      call.security === undefined ? '' : '<p>Only operators may make this call.</p>';
    return `<article id="${operationId}" class="call">
<h3>${escapeHtml(summary)}</h3>
<p class="route"><code><b>${method}</b> ${escapeHtml(path)}</code></p>
${description === '' ? '' : proseHtml(description)}
${operators}
${this.#fields(
  'Parameters',
  parameters.map((parameter) => [parameter.name, parameter] as const),
)}
${body === undefined ? '' : this.#body('Body', body)}
<h4>Answers</h4>
${Object.entries(call.responses)
  .filter(([, answer]) => answer.$ref === undefined)
  .map(([status, answer]) => this.#answer(status, answer))
  .join('\n')}
</article>`;
  }

  #fields(
    title: string,
    rows: (readonly [name: string, Partial<Parameter> & { schema: Schema }])[],
  ): string {
    if (rows.length === 0) return '';
    const cells = rows.map(([name, { in: place, required, description, schema }]) => {
      const resolved = this.#resolve(schema);
      const what = description ?? resolved.description ?? '';
      const note = [place, required === true ? 'required' : undefined].filter(Boolean).join(', ');
      return `<tr><th scope="row"><code>${escapeHtml(name)}</code>${
        note === '' ? '' : `<br /><small>${note}</small>`
      }</th><td>${escapeHtml(this.#type(schema))}</td><td>${inlineHtml(what)}</td></tr>`;
    });
    return `<h4>${title}</h4>
<div class="scroll" ${FOCUS} aria-label="${title}"><table>
<thead><tr>${COLUMNS.map((each) => `<th scope="col">${each}</th>`).join('')}</tr></thead>
<tbody>${cells.join('\n')}</tbody></table></div>`;
  }

  #body(title: string, { schema, examples = {} }: Content): string {
    const object = this.#resolve(schema);
    const item = object.items === undefined ? object : this.#resolve(object.items);
    const rows = Object.entries(item.properties ?? {}).map(([name, property]) => {
      const required = item.required?.includes(name) ?? false;
      return [name, { schema: property, required }] as const;
    });
    return this.#fields(title, rows) + examplesHtml(examples);
  }

  #answer(status: string, { description = '', headers = {}, content = {} }: Answer): string {
    const [body] = Object.entries(content);
    const isProblem = body?.[0] === 'application/problem+json';
    const own = Object.entries(headers).filter(([name]) => name !== 'X-Request-Id');
    const told = own.map(([name, header]) => {
      const key = header.$ref?.slice('#/components/headers/'.length) ?? '';
      const text = header.description ?? this.#document.components.headers[key]?.description ?? '';
      return `<li><code>${name}</code>: ${inlineHtml(text)}</li>`;
    });
    return `<section class="answer">
<h5><span class="status">${status}</span></h5>
${proseHtml(description)}
${told.length > 0 ? `<ul>${told.join('')}</ul>` : ''}
${body === undefined || isProblem ? '' : this.#body('Members', body[1])}
</section>`;
  }

  #anyCall(): string {
    const { responses, schemas } = this.#document.components;
    const told = Object.values(responses).map(({ description = '' }) => {
      return `<li>${inlineHtml(description)}</li>`;
    });
    const problem = schemas['Problem'] ?? {};
    return `<section>
<h2 id="any-call">What any call may answer</h2>
<p>Every answer has an <code>X-Request-Id</code>. Tell it to the operators when something fails.</p>
<ul>${told.join('\n')}</ul>
<h2 id="problems">Problems</h2>
${proseHtml(problem.description ?? '')}
${this.#body('Members', { schema: problem })}
<p><a href="docs/problems">The list of problems</a> says what to do about each.</p>
</section>`;
  }

  #resolve({ $ref, ...own }: Schema): Schema {
    if ($ref === undefined) return own;
    const named = this.#document.components.schemas[$ref.slice(SCHEMAS.length)] ?? {};
    return { ...this.#resolve(named), ...own };
  }

  /** In a few words, such as `integer, 1 to 1000`. */
  #type(schema: Schema): string {
    const { type, format, enum: values, anyOf, items, minimum, maximum } = this.#resolve(schema);
    if (anyOf !== undefined)
      return [...new Set(anyOf.map((each) => this.#type(each)))].join(' or ');
    if (values !== undefined) return values.map(String).join(', ');
    if (items !== undefined) return `array of ${this.#type(items)}`;
    if (format !== undefined) return format;
    const range =
      minimum !== undefined && maximum !== undefined ? `, ${minimum} to ${maximum}` : '';
    return `${type ?? 'any'}${range}`;
  }
}

function list(title: string, links: [id: string, text: string][]): string {
  const items = links.map(([id, text]) => `<li><a href="#${id}">${escapeHtml(text)}</a></li>`);
  return `<h2>${title}</h2><ul>${items.join('\n')}</ul>`;
}

function examplesHtml(examples: Record<string, { value: unknown }>): string {
  const shown = Object.entries(examples).map(([name, { value }]) => {
    const json = escapeHtml(JSON.stringify(value, null, 2));
    const title = name.replaceAll('-', ' ');
    return `<details><summary>Example: ${title}</summary>
<pre ${FOCUS} aria-label="Example: ${title}"><code>${json}</code></pre></details>`;
  });
  return shown.join('\n');
}
