import { describe, expect, it } from '@jest/globals';
import express from 'express';
import serverless from 'serverless-http';
import { apiEvent, context } from '../../tests/support/apiEvent.ts';
import { answerStatic } from './statics.ts';

/** Asks three times for what `read` reads at its first call, its second and so on. */
async function askThrice(read: (call: number) => Buffer) {
  let calls = 0;
  const app = express();
  const answer = answerStatic('text/plain', async () => read((calls += 1)));
  const fail: express.ErrorRequestHandler = (_error, _request, response, _next) =>
    void response.status(500).end();
  app.get('/', answer).use(fail);
  const ask = serverless(app);
  const answers = [];
  for (let asked = 0; asked < 3; asked += 1) answers.push(await ask(apiEvent(), context));
  return { answers, calls };
}

describe('what is the same for every request', () => {
  it('is read once', async () => {
    const { answers, calls } = await askThrice((call) => Buffer.from(`text ${call}`));

    const first = { statusCode: 200, body: 'text 1' };
    expect(answers).toMatchObject([first, first, first]);
    expect(calls).toBe(1);
  });

  it('is read again when it could not be read', async () => {
    const { answers, calls } = await askThrice((call) => {
      if (call === 1) throw new Error('too many open files');
      return Buffer.from(`text ${call}`);
    });

    const second = { statusCode: 200, body: 'text 2' };
    expect(answers).toMatchObject([{ statusCode: 500 }, second, second]);
    expect(calls).toBe(2);
  });
});
