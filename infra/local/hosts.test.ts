import { describe, expect, it } from '@jest/globals';
import { readConfig } from '../../lib/config.ts';
import { askThrough } from '../../tests/support/askThrough.ts';
import { demandOwnHost, ownHosts } from './hosts.ts';

const OPERATOR_TOKEN = 'only-for-operators';
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

describe('ownHosts', () => {
  it.each([
    [{}, LOOPBACK],
    [{ HOST: '0.0.0.0' }, [...LOOPBACK, '0.0.0.0']],
    [{ HOST: 'FD00::7' }, [...LOOPBACK, '[fd00::7]']],
    [{ ALLOWED_HOSTS: 'bets.example,localhost' }, [...LOOPBACK, 'bets.example']],
    [{ OPERATOR_TOKEN }, undefined],
    [{ OPERATOR_TOKEN, ALLOWED_HOSTS: 'bets.example' }, [...LOOPBACK, 'bets.example']],
  ])('of %j are %j', (environment, hosts) => {
    expect(ownHosts(readConfig(environment))).toEqual(hosts);
  });
});

const guard = demandOwnHost([...LOOPBACK, 'bets.example']);

describe('demandOwnHost', () => {
  it.each([
    ...['localhost', 'LOCALHOST:3000', '127.0.0.1:80', '[::1]', '[::1]:3000', 'localhost:'],
    ...['bets.example', 'Bets.Example:443'],
  ])('lets through a request for %s', async (host) => {
    expect(await askThrough(guard, { headers: { host } })).toEqual([204]);
  });

  it.each([
    ...['evil.example', 'localhost.evil.example', 'evil.example:3000', 'localhost@evil.example'],
    ...['evil.example@localhost', 'localhost:3000:evil', '127.0.0.1.evil.example', '127.0.0.2'],
    ...['[::2]', '[::1]evil', '::1', ',localhost', ' '],
  ])('refuses a request for %j', async (host) => {
    expect(await askThrough(guard, { headers: { host } })).toEqual([
      421,
      {
        type: 'docs/problems#misdirected',
        title: 'The service is not for this host',
        status: 421,
        detail: 'The service does not answer for this host.',
        instance: expect.stringMatching(/^urn:bet-maker:request:/),
      },
    ]);
  });

  it('looks also at the host of a whole URL, which proxies are asked for', async () => {
    const headers = { host: 'localhost' };

    const evil = await askThrough(guard, { headers, path: 'http://evil.example/?a=//localhost' });
    const own = await askThrough(guard, { headers, path: 'http://localhost:80/?a=//evil.example' });

    expect([evil[0], own]).toEqual([421, [204]]);
  });
});
