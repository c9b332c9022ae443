/**
 * Stands in the bundle of `pages` (see serverless.yml) for what Express loads and the pages never
 * ask for: body-parser, with the tables of every character set; qs, which parses nested queries;
 * and mime-db, all media types, which is gone through at each start while router.ts tells each type
 * itself. They are two thirds of the bundle and much of its time to load.
 */
function notInThePages(): never {
  throw new Error('The pages parse neither bodies nor nested queries.');
}

export {
  // body-parser
  notInThePages as json,
  notInThePages as raw,
  notInThePages as text,
  notInThePages as urlencoded,
  // qs
  notInThePages as parse,
};
