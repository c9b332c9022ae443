import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { packageService, PRODUCTION } from './packaged.ts';

/** Asks cfn-lint, AWS's own checker, about both templates. It comes from PyPI. */
const TEMPLATES = ['create', 'update'].map((of) => `cloudformation-template-${of}-stack.json`);
/** osls says some dependencies twice (W3005), which does no harm. */
const OPTIONS = ['--non-zero-exit-code', 'warning', '--ignore-checks', 'W3005', '--'];

const packaged = await packageService(PRODUCTION);
try {
  const templates = TEMPLATES.map((name) => join(packaged.directory, name));
  const { status, error } = spawnSync('cfn-lint', [...OPTIONS, ...templates], { stdio: 'inherit' });
  if (error !== undefined) {
    process.stderr.write(`cfn-lint cannot be run (pip install cfn-lint): ${error.message}\n`);
  } else if (status === 0) {
    process.stdout.write(`cfn-lint: ${templates.length} templates, no finding\n`);
  }
  process.exitCode = status ?? 1;
} finally {
  await packaged.remove();
}
