import { Console } from 'node:console';
import { Writable } from 'node:stream';
import type { Config } from '../../lib/config.ts';
import { createLogger } from '../../lib/logger.ts';

/** A logger whose lines are kept instead of printed. */
export function keptLog(logLevel: Config['logLevel'] = 'INFO') {
  const lines: string[] = [];
  const out = new Writable({
    write: (line, _encoding, done) => {
      lines.push(String(line));
      done();
    },
  });
  const logger = createLogger(logLevel);
  // Powertools has no option for where its lines go.
  Reflect.set(logger, 'console', new Console(out));
  return { logger, lines };
}
