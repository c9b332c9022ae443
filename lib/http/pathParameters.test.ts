import { pathParametersOf } from './pathParameters.ts';

const EVENT = '/events/{event_id+}';

describe('pathParametersOf', () => {
  it.each([
    ['as they came', '/events/a/b', 'a/b', 'a/b'],
    ['with a last slash that was left out', '/events/a/', 'a', 'a/'],
    ['with a first slash that was left out', '/events//a', 'a', '/a'],
    ['with slashes that were made one', '/events/a//b', 'a/b', 'a//b'],
    ['behind a stage', '/prod/events/a/', 'a', 'a/'],
    ['behind a stage that has the name of the path', '/events/events/a/', 'a', 'a/'],
    ['with the name of the path in the id', '/events/x/events/a/', 'x/events/a', 'x/events/a/'],
    ['with a ?, at which the path ends', '/events/a/', 'a?b=c/d', 'a/?b=c/d'],
    ['beginning with a ?', '/events/', '?a', '?a'],
    ['as they are, where the path says nothing of them', '/', 'a/b', 'a/b'],
    ['with what looks encoded', '/events/100%25/', '100%25', '100%25/'],
  ])('are several segments %s: %s', (_case, rawPath, event_id, expected) => {
    const parameters = pathParametersOf(EVENT, { rawPath, pathParameters: { event_id } });

    expect(parameters).toEqual({ event_id: expected });
  });

  it.each([
    ['/bets/{id}', { id: 'a' }],
    [EVENT, {}],
  ])('are left as they are in %s when none has several segments: %j', (path, pathParameters) => {
    const parameters = pathParametersOf(path, { rawPath: '/bets/a/', pathParameters });

    expect(parameters).toEqual(pathParameters);
  });

  it('are none when API Gateway sends none', () => {
    expect(pathParametersOf(EVENT, { rawPath: '/events/a' })).toEqual({});
  });
});
