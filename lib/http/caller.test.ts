import { apiEvent } from '../../tests/support/apiEvent.ts';
import { callerOf } from './caller.ts';

/** A request that an authorizer of the gateway has let through. */
function letThrough(authorizer: unknown) {
  const sent = apiEvent();
  return { ...sent, requestContext: { ...sent.requestContext, authorizer } };
}

describe('callerOf', () => {
  it.each([
    ['its subject', { sub: 'anna', client_id: 'desk' }, 'anna'],
    ['its client, when it has no subject', { client_id: 'desk' }, 'desk'],
    ['128 characters of its subject', { sub: 'x'.repeat(200) }, 'x'.repeat(128)],
    ['a well-formed subject', { sub: `${'x'.repeat(127)}😀` }, `${'x'.repeat(127)}\ufffd`],
  ])('is of a token %s', (_case, claims, subject) => {
    expect(callerOf(letThrough({ jwt: { claims, scopes: null } }))).toEqual({ subject });
  });

  it.each([
    ['no authorizer', undefined],
    ['another authorizer', { lambda: { sub: 'anna' } }],
    ['a subject that is no text', { jwt: { claims: { sub: 7 } } }],
  ])('is nobody with %s', (_case, authorizer) => {
    expect(callerOf(letThrough(authorizer))).toEqual({ subject: undefined });
  });

  it('is nobody when the client names itself', () => {
    const headers = { authorization: 'Bearer x', 'x-amzn-oidc-identity': 'anna' };

    expect(callerOf(apiEvent({ headers }))).toEqual({ subject: undefined });
  });
});
