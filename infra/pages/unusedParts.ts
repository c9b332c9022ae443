/**
 * Stands in the bundle of `pages` (see serverless.yml) for what Express loads and the pages never
 * ask for: body-parser, with the tables of every character set; qs, which parses nested queries;
 * and mime-db, all media types, which is gone through at each start while router.ts tells each type
 * itself. They are two thirds of the bundle and much of its time to load.
 */
function absent(): never {
  throw new Error('The pages parse neither bodies nor nested queries.');
}

// Of body-parser, but for the last, which is of qs.
export { absent as json, absent as raw, absent as text, absent as urlencoded, absent as parse };
