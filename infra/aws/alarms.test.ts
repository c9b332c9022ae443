import { readFile } from 'node:fs/promises';
import { alarmResources } from './alarms.ts';
import { parameters } from './parameters.ts';

it('sets the alarms that docs/alarms.md has a section for, and no other', async () => {
  const chosen = parameters.parse({
    jwtIssuer: 'https://login.example.com/',
    alarmTopicArn: 'none',
  });
  const guide = await readFile(new URL('../../docs/alarms.md', import.meta.url), 'utf8');

  const alarms = Object.values(alarmResources('prod', 'bets-', chosen));

  const explained = [...guide.matchAll(/^## (.+)$/gm)].flatMap(([, names = '']) =>
    names.split(', '),
  );
  const names = alarms.map(({ Properties }) => String(Object(Properties)['AlarmName']));
  expect(names.toSorted()).toEqual(explained.map((name) => `bets-${name}`).toSorted());
});
