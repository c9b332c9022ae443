import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The folder of serverless.yml. */
export const ROOT = join(import.meta.dirname, '../..');
const PARTS = ['package.json', 'node_modules', 'docs', 'functions', 'infra', 'lib'];

export interface Resource {
  Type: string;
  DependsOn?: string[];
  DeletionPolicy?: string;
  // What a resource has depends on its type, which the tests look at.
  Properties: Record<string, unknown>;
}

export interface Template {
  Resources: Record<string, Resource>;
}

export interface Packaged {
  /** Where the template and the zips are. */
  directory: string;
  template: Template;
  remove(): Promise<void>;
}

/**
 * Runs `osls package` apart from the tree, so that runs may overlap, and without anything that could
 * lead to an account: no credentials, no configuration, no home, no network.
 */
export async function packageService(given: readonly string[] = []): Promise<Packaged> {
  const scratch = await mkdtemp(join(tmpdir(), 'bet-maker-package-'));
  const remove = () => rm(scratch, { recursive: true });
  try {
    await packageIn(scratch, given);
    const directory = join(scratch, '.serverless');
    return { directory, template: await readTemplate(directory), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function packageIn(scratch: string, given: readonly string[]): Promise<void> {
  await Promise.all(PARTS.map((part) => symlink(join(ROOT, part), join(scratch, part))));
  // osls passes over a configuration that is a link.
  await copyFile(join(ROOT, 'serverless.yml'), join(scratch, 'serverless.yml'));
  const node = dirname(process.execPath);
  await run(join(ROOT, 'node_modules/.bin/osls'), ['package', ...given], {
    cwd: scratch,
    env: {
      PATH: `${node}:/usr/bin:/bin`,
      HOME: scratch,
      NODE_OPTIONS: `--import=${join(import.meta.dirname, 'noNetwork.ts')}`,
    },
  });
}

export async function readTemplate(directory: string): Promise<Template> {
  const file = join(directory, 'cloudformation-template-update-stack.json');
  // osls wrote it, and its resources are what the tests look at.
  return JSON.parse(await readFile(file, 'utf8')) as Template;
}

/** The resources of a type, by their logical ids. */
export function ofType({ Resources }: Template, type: string): [string, Resource][] {
  return Object.entries(Resources).filter(([, resource]) => resource.Type === type);
}
