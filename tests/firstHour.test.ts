import { describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

/** What a developer finds in the first hour is there. */
const ROOT = join(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const json = (file: string): unknown => JSON.parse(read(file).replaceAll(/^ *\/\/.*$/gm, ''));

const launch = z.object({
  configurations: z.array(
    z.object({ name: z.string(), program: z.string(), runtimeExecutable: z.string() }),
  ),
});

describe('the configurations of the debugger', () => {
  it.each(launch.parse(json('.vscode/launch.json')).configurations)(
    '$name: has its program and its Node',
    ({ program, runtimeExecutable }) => {
      const files = [program, runtimeExecutable].map((file) =>
        file.replace('${workspaceFolder}', ROOT),
      );

      expect(files.filter((file) => !existsSync(file))).toEqual([]);
    },
  );
});

describe('the dev container', () => {
  const container = z
    .object({
      image: z.string(),
      features: z.record(z.string(), z.unknown()),
      postCreateCommand: z.string(),
    })
    .parse(json('.devcontainer/devcontainer.json'));

  it('has the Node of this project, Java, Docker and Chromium', () => {
    const [major] = read('.nvmrc').trim().split('.');
    const features = Object.keys(container.features).map((name) => /(\w[\w-]+):/.exec(name)?.[1]);

    expect(container.image).toMatch(`typescript-node:${major}-`);
    expect(features).toEqual(['java', 'docker-in-docker']);
    expect(container.postCreateCommand).toMatch(/apt-get install .*chromium && npm ci$/);
  });
});

it('every script and file that CONTRIBUTING.md and README.md name is there', () => {
  const { scripts } = z
    .object({ scripts: z.record(z.string(), z.string()) })
    .parse(json('package.json'));
  const text = ['CONTRIBUTING.md', 'README.md'].map(read).join('\n');
  const named = [...text.matchAll(/npm (?:run )?(start|test|(?<=run )\w+)/g)].map(
    ([, name = '']) => name,
  );
  const linked = [...text.matchAll(/\]\(([\w./-]+)\)/g)].map(([, file = '']) => file);

  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
  expect(linked.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
});
