import { connect, type Socket } from 'node:net';

const BYTE_EVERY_MS = 1_000;
const HEADERS = 'POST /bets HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
const BODY = `${HEADERS}Content-Length: 1000\r\n\r\n{"event_id":"`;

/**
 * Clients that hold connections and send a byte now and then: half in the headers, half in the
 * body. Each connection that is closed is opened again, so that `count` are held all the time.
 */
export function holdConnections(url: string, count: number) {
  const port = Number(new URL(url).port);
  const sockets = new Set<Socket>();
  let closing = false;
  let timedOut = 0;

  const open = (index: number): void => {
    const socket = connect(port, '127.0.0.1');
    sockets.add(socket);
    socket.write(index % 2 === 0 ? HEADERS : BODY);
    socket.on('data', (data) => {
      if (data.toString('latin1').startsWith('HTTP/1.1 408 ')) timedOut += 1;
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      sockets.delete(socket);
      if (!closing) open(index);
    });
  };

  for (let index = 0; index < count; index += 1) open(index);
  // In the headers it is a part of a name, in the body one of a text.
  const timer = setInterval(() => {
    for (const socket of sockets) if (socket.writable) socket.write('x');
  }, BYTE_EVERY_MS);
  return {
    held: () => sockets.size,
    /** How many were told 408, and so gave their connection back. */
    timedOut: () => timedOut,
    close: () => {
      closing = true;
      clearInterval(timer);
      for (const socket of sockets) socket.destroy();
    },
  };
}
