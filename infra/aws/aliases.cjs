'use strict';

// osls loads plugins from CommonJS files and not from TypeScript, whose types Node strips itself.
const { Aliases } = require('./aliases.ts');

module.exports = Aliases;
