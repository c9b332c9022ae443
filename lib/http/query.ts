/** A parameter of a query as it was sent, and what is wrong with how it was. */
interface QueryFault {
  name: string;
  detail: string;
}

const MALFORMED_ESCAPE = /%(?![\dA-Fa-f]{2})/;

/**
 * The parameters of a query, decoded once, from the text as it was sent: API Gateway joins the
 * values of a parameter that comes twice with a comma, and an event id may have commas. `+` is a
 * space, as in HTML forms.
 *
 * @see https://url.spec.whatwg.org/#application/x-www-form-urlencoded
 */
export function parseQuery(rawQueryString: string) {
  const query = new Map<string, string>();
  const faults: QueryFault[] = [];
  for (const pair of rawQueryString.split('&')) {
    const [decoded] = new URLSearchParams(pair);
    if (decoded === undefined) continue;
    const [name, value] = decoded;
    if (MALFORMED_ESCAPE.test(pair)) {
      faults.push({ name, detail: 'has a % that is not followed by two hexadecimal digits' });
    }
    if (query.has(name)) faults.push({ name, detail: 'must come only once' });
    query.set(name, value);
  }
  return { query: Object.fromEntries(query), faults };
}
