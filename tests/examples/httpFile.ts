/** A request of a .http file, as VS Code's REST Client reads it. */
export interface HttpRequest {
  title: string;
  /** The status that the title ends with. */
  status: number;
  /** The name under which later requests refer to its answer. */
  name: string | undefined;
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string | undefined;
}

/** The requests of a file in order. Variables are filled in when a request is sent. */
export function parseHttpFile(text: string): HttpRequest[] {
  const [, ...blocks] = text.split(/^### /m);
  return blocks.map((block) => {
    const [title = '', ...lines] = block.trimEnd().split('\n');
    const [head = '', ...bodies] = lines.join('\n').split('\n\n');
    const [requestLine = '', ...headerLines] = head
      .split('\n')
      .filter((line) => !line.startsWith('#'));
    const [method = '', url = ''] = requestLine.split(' ');
    return {
      title,
      status: Number(/: (\d{3})$/.exec(title)?.[1]),
      name: /^# @name (\w+)$/m.exec(head)?.[1],
      method,
      url,
      headers: Object.fromEntries(headerLines.map((line) => line.split(/: (.*)/s).slice(0, 2))),
      body: bodies.length > 0 ? bodies.join('\n\n') : undefined,
    };
  });
}

/** A text with its variables: the host, and headers of the answers so far. */
export function fillIn(text: string, host: string, answers: ReadonlyMap<string, Response>): string {
  return text.replaceAll(/\{\{([^}]+)\}\}/g, (_all, variable: string) => {
    if (variable === 'host') return host;
    const [, name = '', header = ''] = /^(\w+)\.response\.headers\.([\w-]+)$/.exec(variable) ?? [];
    const value = answers.get(name)?.headers.get(header);
    if (typeof value !== 'string') throw new Error(`There is no {{${variable}}}.`);
    return value;
  });
}
