/**
 * The parts of dynalite that stand behind its HTTP server. Only these are used, so that three
 * operations that it lacks can be put beside its own.
 */
declare module 'dynalite/db/index.js' {
  export interface Store {
    readonly options: object;
  }
  const db: {
    create(options: { createTableMs: number; deleteTableMs: number; updateTableMs: number }): Store;
  };
  export default db;
}

declare module 'dynalite/validations/index.js' {
  import type { Store } from 'dynalite/db/index.js';

  const validations: {
    checkTypes(input: object, types: object): object;
    /** Throws an error with `statusCode` and `body`. */
    checkValidations(input: object, types: object, custom: unknown, store: Store): void;
  };
  export default validations;
}

declare module 'dynalite/validations/*.js' {
  const rules: { types: object; custom: unknown };
  export default rules;
}

declare module 'dynalite/actions/*.js' {
  import type { Store } from 'dynalite/db/index.js';

  /** What is not named here is not looked at. */
  interface Output {
    Item?: Record<string, Record<string, unknown>>;
    Table?: { KeySchema: { AttributeName: string }[] };
  }
  const action: (
    store: Store,
    input: object,
    done: (error: Error | null, output: Output) => void,
  ) => void;
  export default action;
}
