/**
 * Stands in the bundle of `pages` for Express's parsers of bodies (see serverless.yml), which that app
 * asks for none of. Express loads them all the same, with the tables of every character set there is:
 * more than half of the bundle.
 */
function parseNoBody(): never {
  throw new Error('The pages parse no bodies.');
}

export { parseNoBody as json, parseNoBody as raw, parseNoBody as text, parseNoBody as urlencoded };
