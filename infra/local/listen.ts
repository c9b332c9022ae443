import { once } from 'node:events';
import type { Server } from 'node:net';

/** Listens, on any free port unless one is given; resolves to the port. */
export async function listen(server: Server, port = 0, host = '127.0.0.1'): Promise<number> {
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('This is no TCP server.');
  return address.port;
}
