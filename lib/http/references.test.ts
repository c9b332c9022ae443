import { rootFrom, rootFromCall } from './references.ts';

/** Where a client's library ends up that follows a reference to `to` from a page at `path`. */
const followed = (path: string, root: string, to: string): string =>
  new URL(root + to, `https://proxy.example/v1${path}`).pathname;

describe('a reference from an answer', () => {
  it.each(['/', '/bets', '/bets/', '/bets/a', '/a/b/c'])('leads from %s to the root', (path) => {
    expect(followed(path, rootFrom(path), 'docs/problems')).toBe('/v1/docs/problems');
  });

  it.each([
    ['/bets', '/bets', '/bets'],
    ['/bets', '/bets/', '/bets/'],
    ['/bets/{id}', '/prod/bets/a', '/bets/a'],
    ['/events/{event_id+}', '/events/a/b', '/events/a%2Fb'],
    ['/events/{event_id+}', '/events/a/', '/events/a%2F'],
  ])('of the call %s leads there too, decoded as %s, sent as %s', (call, rawPath, sent) => {
    expect(followed(sent, rootFromCall(call, rawPath), 'bets')).toBe('/v1/bets');
  });
});
