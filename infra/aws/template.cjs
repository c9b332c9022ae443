'use strict';

// osls reads variables from CommonJS files and not from TypeScript, whose types Node strips itself.
module.exports = require('./template.ts');
