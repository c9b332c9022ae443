import { connect, createServer, type Socket } from 'node:net';
import { listen } from '../../infra/local/listen.ts';

export interface Proxy {
  endpoint: string;
  /** Passes everything on again. */
  restore(): void;
  /** Ends all connections and takes no new one, as a store that was stopped. */
  cut(): void;
  /** Takes everything and passes nothing on, as a network that swallows packets. */
  stall(): void;
  close(): Promise<void>;
}

/** A TCP proxy on loopback before the store at `target`, to take the store away with. */
export async function startProxy(target: string): Promise<Proxy> {
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
    if (mode === 'cut') {
      socket.resetAndDestroy();
      return;
    }
    const upstream = connect(Number(port), hostname);
    track(upstream);
    socket.on('data', (data) => mode === 'pass' && upstream.write(data));
    upstream.on('data', (data) => mode === 'pass' && socket.write(data));
    socket.on('close', () => upstream.destroy());
    upstream.on('close', () => socket.destroy());
  });
  const listensAt = await listen(server);
  const dropAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    endpoint: `http://127.0.0.1:${listensAt}`,
    restore: () => {
      mode = 'pass';
      dropAll();
    },
    cut: () => {
      mode = 'cut';
      dropAll();
    },
    stall: () => {
      mode = 'stall';
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        dropAll();
      }),
  };
}
