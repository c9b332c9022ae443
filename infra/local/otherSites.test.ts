import { describe, expect, it } from '@jest/globals';
import { askThrough } from '../../tests/support/askThrough.ts';
import { refuseOtherSites } from './otherSites.ts';

const HOST = 'localhost:3000';

const APP = 'https://app.example';

const ask = (method: string, headers: Record<string, string>) =>
  askThrough(refuseOtherSites([APP]), { method, headers: { host: HOST, ...headers } });

describe('refuseOtherSites', () => {
  it.each([
    ['a client that is no browser', {}],
    ['a page of the service', { 'sec-fetch-site': 'same-origin', origin: `http://${HOST}` }],
    ['the user alone', { 'sec-fetch-site': 'none' }],
    ['a page of the service, in an old browser', { origin: `http://${HOST}` }],
    ['a page of an origin that may', { 'sec-fetch-site': 'cross-site', origin: APP }],
    ['the same behind TLS', { origin: `https://${HOST}` }],
    // A proxy may write another `Host`; the browser knows better.
    ['a page behind a proxy', { 'sec-fetch-site': 'same-origin', origin: 'https://bets.example' }],
  ])('lets %s change something', async (_who, headers) => {
    expect(await ask('PUT', headers)).toEqual([204]);
  });

  it.each([
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['another port of the same host', { 'sec-fetch-site': 'same-site' }],
    ['an origin that looks alike', { 'sec-fetch-site': 'cross-site', origin: `${APP}.evil` }],
    ['another site, in an old browser', { origin: 'http://evil.example' }],
    ['another port, in an old browser', { origin: 'http://localhost:8080' }],
    ['a file, or a frame without an origin', { origin: 'null' }],
    ['another site that looks alike', { origin: `http://evil.example/http://${HOST}` }],
  ])('lets no page of %s place a bet', async (_where, headers) => {
    expect(await ask('POST', headers)).toEqual([
      403,
      {
        type: 'docs/problems#cross-site',
        title: 'A page of another site may not do that',
        status: 403,
        detail: 'A page of another site sent this request.',
        instance: expect.stringMatching(/^urn:bet-maker:request:/),
      },
    ]);
  });

  it.each(['GET', 'OPTIONS'])('lets everybody ask by %s', async (method) => {
    expect(await ask(method, { 'sec-fetch-site': 'cross-site' })).toEqual([204]);
  });
});
