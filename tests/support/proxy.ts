import { connect, createServer, type Socket } from 'node:net';
import { listen } from '../../infra/local/listen.ts';

export type Proxy = Awaited<ReturnType<typeof startProxy>>;

/** A TCP proxy on loopback before the store at `target`, to take the store away with. */
export async function startProxy(target: string) {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let mode: 'pass' | 'cut' | 'stall' = 'pass';
  const track = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  };
  const server = createServer((socket) => {
    track(socket);
    if (mode === 'cut') return void socket.resetAndDestroy();
    const upstream = connect(Number(port), hostname);
    track(upstream);
    socket.on('data', (data) => mode === 'pass' && upstream.write(data));
    upstream.on('data', (data) => mode === 'pass' && socket.write(data));
    socket.on('close', () => upstream.destroy());
    upstream.on('close', () => socket.destroy());
  });
  const listensAt = await listen(server);
  const become = (next: typeof mode): void => {
    mode = next;
    for (const socket of sockets) if (mode !== 'stall') socket.destroy();
  };
  return {
    endpoint: `http://127.0.0.1:${listensAt}`,
    /** Passes everything on again. */
    restore: () => become('pass'),
    /** Ends all connections and takes no new one, as a store that was stopped. */
    cut: () => become('cut'),
    /** Takes everything and passes nothing on, as a network that swallows packets. */
    stall: () => become('stall'),
    close: () => {
      become('cut');
      return server[Symbol.asyncDispose]();
    },
  };
}
