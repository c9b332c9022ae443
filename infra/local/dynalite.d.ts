/**
 * The parts of dynalite that stand behind its HTTP server. Only these are used, so that two
 * operations that it lacks can be put beside its own.
 */
declare module 'dynalite/db/index.js' {
  export interface Store {
    readonly options: object;
  }
  export function create(options: {
    createTableMs: number;
    deleteTableMs: number;
    updateTableMs: number;
  }): Store;
}

declare module 'dynalite/validations/index.js' {
  import type { Store } from 'dynalite/db/index.js';

  export function checkTypes(input: object, types: object): object;
  /** Throws an error with `statusCode` and `body`. */
  export function checkValidations(
    input: object,
    types: object,
    custom: unknown,
    store: Store,
  ): void;
}

declare module 'dynalite/validations/*.js' {
  export const types: object;
  export const custom: unknown;
}
