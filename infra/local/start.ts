import { ConfigError } from '../../lib/config.ts';

/** Runs a program; when it cannot start, it says why and ends: with 2 for wrong settings. */
export async function start(program: () => Promise<void>): Promise<void> {
  try {
    await program();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    process.stderr.write(`bet-maker cannot start. ${reason}\n`);
    process.exit(error instanceof ConfigError ? 2 : 1);
  }
}
