/** The header that leads to a list's next page (RFC 8288), or none after the last. */
export function nextLink(
  path: string,
  query: Record<string, string | number | undefined>,
  cursor: string | undefined,
): { link?: string } {
  if (cursor === undefined) return {};
  const given = Object.entries({ ...query, cursor }).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value.toString()] as [string, string]],
  );
  return { link: `<${path}?${new URLSearchParams(given).toString()}>; rel="next"` };
}
