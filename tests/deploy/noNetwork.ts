/** Loaded before a program that must not need the network: its first connection ends it. */
import { Socket } from 'node:net';

Socket.prototype.connect = (...given: unknown[]): never => {
  process.stderr.write(`No network here: ${JSON.stringify(given[0])}\n`);
  process.exit(1);
};
