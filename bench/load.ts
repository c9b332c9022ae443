import { Agent, request } from 'node:http';
import { readFileSync } from 'node:fs';

export interface Load {
  perSecond: number;
  /** Of each request, in milliseconds. */
  latenciesMs: number[];
}

/** `count` POSTs over `connections` kept-alive connections; throws on any status but 201. */
export async function postBets(
  url: string,
  event: string,
  count: number,
  connections: number,
): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const body = JSON.stringify({ event_id: event, amount: '1.00' });
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  const latenciesMs: number[] = [];
  let left = count;
  const one = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const begun = performance.now();
      const sent = request(`${url}/bets`, { method: 'POST', agent, headers }, (response) => {
        response.resume();
        response.on('end', () => {
          latenciesMs.push(performance.now() - begun);
          if (response.statusCode === 201) resolve();
          else reject(new Error(`A bet was answered ${response.statusCode}`));
        });
      });
      sent.on('error', reject);
      sent.end(body);
    });
  const connection = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await one();
    }
  };
  const begun = performance.now();
  await Promise.all(Array.from({ length: connections }, connection));
  const perSecond = (count / (performance.now() - begun)) * 1_000;
  agent.destroy();
  return { perSecond, latenciesMs };
}

const TICKS_PER_SECOND = 100;

/** CPU time that a process has used, in seconds (Linux: proc(5), fields 14 and 15). */
export function cpuSeconds(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Memory of a process that is in RAM, in megabytes. */
export function residentMegabytes(pid: number): number {
  const [, kilobytes = 'NaN'] =
    /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1_024;
}
