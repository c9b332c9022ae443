'use strict';

/*
 * What every script asks first: `node --require` loads this file before the program, whose syntax
 * an old Node cannot read. So this file itself must run on an old one.
 */
var NEEDED = 24;

function fail(lines) {
  process.stderr.write(lines.join('\n') + '\n');
  process.exit(1);
}

function has(name) {
  try {
    return Boolean(require.resolve(name + '/package.json'));
  } catch {
    return false;
  }
}

if (Number(process.versions.node.split('.')[0]) < NEEDED) {
  fail([
    'bet-maker needs Node ' + NEEDED + ' or newer, and this is Node ' + process.versions.node + '.',
    'Run "npm ci" without --ignore-scripts, --omit=dev and NODE_ENV=production: then it installs',
    'Node ' +
      NEEDED +
      ' for this folder. On Alpine (musl) it cannot: install Node ' +
      NEEDED +
      ' there.',
  ]);
}

// Run by itself, it speaks for a script whose program is a development package.
var isForDevelopers =
  require.main === module || /[\\/](bench|openapi|tests)[\\/]/.test(process.argv[1]);
if (!has('express')) fail(['The packages are not installed. Run "npm ci" first.']);
if (isForDevelopers && !has('jest')) {
  fail([
    'The development packages are not installed, and this script needs them.',
    'Run "npm ci" without --omit=dev and NODE_ENV=production.',
  ]);
}
