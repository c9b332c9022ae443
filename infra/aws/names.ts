import type { FunctionName } from './access.ts';

/** A part of a CloudFormation template. */
export type Resources = Record<string, { Type: string } & Record<string, unknown>>;

const capitalized = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

/** Logical ids in the template; osls makes those of functions and their log groups. */
export const tableId = (name: string): string => `${capitalized(name)}Table`;
export const roleId = (name: FunctionName): string => `${capitalized(name)}Role`;
export const functionId = (name: FunctionName): string => `${capitalized(name)}LambdaFunction`;
export const logGroupId = (name: FunctionName): string => `${capitalized(name)}LogGroup`;
export const aliasId = (name: FunctionName): string => `${capitalized(name)}LiveAlias`;
export const shiftGroupId = (name: FunctionName): string => `${capitalized(name)}ShiftGroup`;
