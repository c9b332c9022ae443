/** The header that leads to a list's next page (RFC 8288), or none after the last. */
export function nextLink(
  path: string,
  query: Record<string, string | number | undefined>,
  cursor: string | undefined,
): { link?: string } {
  if (cursor === undefined) return {};
  const next = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) next.append(name, value.toString());
  }
  next.append('cursor', cursor);
  return { link: `<${path}?${next.toString()}>; rel="next"` };
}
