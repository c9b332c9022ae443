/** dynalite without its HTTP server, so that operations that it lacks can be put beside its own. */
declare module 'dynalite/db/index.js' {
  interface Delays {
    createTableMs: number;
    deleteTableMs: number;
    updateTableMs: number;
  }
  const db: { create(delays: Delays): object };
  export default db;
}

declare module 'dynalite/validations/index.js' {
  const validations: {
    checkTypes(input: object, types: object): object;
    /** Throws an error with `statusCode` and `body`. */
    checkValidations(input: object, types: object, custom: unknown, store: object): void;
  };
  export default validations;
}
