import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { globSync, readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { createMissingTables } from '../../lib/dynamodb/bootstrap.ts';
import { createClient } from '../../lib/dynamodb/client.ts';
import { startEmbeddedStore } from '../../infra/local/embeddedStore.ts';
import { historyOf, type Service, startService } from '../support/service.ts';
import * as z from 'zod';
import { newLedger } from '../examples/payOutLedger.ts';
import { AWS_CLI, CREDENTIALS, REGION, startMoto } from './moto.ts';
import { madeTree, ROOT, run } from './packaged.ts';
import { blocksOf, inlineCommandsOf, linesOf } from './codeBlocks.ts';

jest.setTimeout(1_200_000);

/** Every command of these pages is run here, or it is in one of the two lists below. */
const PAGES = globSync('{README.md,CONTRIBUTING.md,docs/**/*.md}', { cwd: ROOT }).toSorted();
/** Those of which the tests below run the commands, besides the README. */
const RUN = ['event-ids', 'deploy', 'payouts', 'alarms', 'restore'];
const read = (page: string): string => readFileSync(join(ROOT, page), 'utf8');

/** Commands that are not run here, by the reason. */
const NOT_HERE: Record<string, string[]> = {
  'CI runs it as a step of its own, or another test does': [
    ...[
      'npm ci',
      'npm ci && npm start',
      'npm ci && npm test',
      'npm test',
      'npm start',
      'npm run check',
    ],
    ...['npm test -- template', 'npm test -- bundles', 'npm test -- deploy', 'osls deploy'],
    ...['npm test -- browser', 'npm run demo', 'npm run dev', 'npm run generate'],
    'TOGETHER_SECONDS=300 npm test -- browser --runInBand together',
    ...['npm run package', 'npm run accept', 'npm run accept -- --url <url>', 'npm run verify'],
    ...['npm run invoke -- placeBet listBets', 'pip install cfn-lint'],
    ...['.ci/run', '.ci/compose', '.ci/schemathesis', '.ci/supply-chain'],
    ...['npm run chaos -- crashes', 'npm run chaos -- wire', 'npm run chaos -- fuzz'],
    ...['npm run mutate', 'npm run mutate -- core', 'npm run simulate -- --schedules 10000'],
    ...['npm run simulate -- model', 'npm run simulate -- compare'],
    ...['npm run simulate -- mutants', 'npm run simulate -- mutants --subtle'],
  ],
  'it needs an engine for containers, as .ci/compose does': [
    ...['docker compose up --build', 'docker compose down', 'docker compose down -v'],
    'docker compose exec bet-maker node infra/verify/main.ts',
  ],
  'it is one of the above with other options': [
    ...['npm test -- lib/bets/amount', "npm test -- lib/bets/amount -t 'strips'"],
    ...['npm test -- lib/bets --watch', 'npm test -- lib/bets --coverage'],
    ...["npm test -- local tests/contract -t 'once'", 'npm run mutate -- <files>'],
    ...["npm run simulate -- model --only 'late bets'", 'npm run simulate -- --seed 42 --trace'],
    'npm run chaos -- slow',
  ],
  'it measures, and takes long': [
    ...['npm run bench', 'npm run bench -- --only bundles'],
    ...['npm run bench -- --only ceilings', 'npm run bench -- --only place'],
  ],
};
const NAMED = new Set(Object.values(NOT_HERE).flat());

/** Calls that moto does not know: the AWS CLI checks them, and sends none. */
const NOT_IN_MOTO = [
  // No aliases in CloudFormation.
  'lambda get-alias',
  'ce update-cost-allocation-tags-status',
  'lambda get-account-settings',
  'xray get-trace-summaries',
  // No contributor insights of DynamoDB, and no reports of CloudWatch's.
  'dynamodb update-contributor-insights',
  'dynamodb describe-contributor-insights',
  'cloudwatch get-insight-rule-report',
];

/** What is another one here than in the docs. */
const ELSEWHERE = (): [string, string][] => [
  // The packages are there.
  ['npm ci\n', ''],
  ['localhost:3000', new URL(local.url).host],
  ['http://localhost:8000', embedded.endpoint],
  // moto gets slower with every bet.
  ['--minutes 5', '--minutes 0.2 --clients 3'],
  ['sleep 5', 'sleep 0'],
  ['--qualifier 7', '--qualifier 1'],
];

const ACCOUNT = '123456789012';
const TOKEN = 'token-of-an-operator';

let scratch: string;
let moto: Awaited<ReturnType<typeof startMoto>>;
let embedded: Awaited<ReturnType<typeof startEmbeddedStore>>;
let local: Service;
let deployed: Service;
/** The environment of one who works through the docs. */
let env: Record<string, string | undefined>;

/** What is said to a shell; throws, with all that it printed, when it does not end with 0. */
async function shell(script: string): Promise<string> {
  const text = ELSEWHERE().reduce((so, [from, to]) => so.replaceAll(from, to), script);
  const given = ['--norc', '-euo', 'pipefail', '-c', text];
  return run('bash', given, { cwd: scratch, env });
}

/** A block that says what a command is, for the blocks after it. */
const isFunction = (block: string): boolean => /^\w+\(\) \{.*\n\}\n$/s.test(block);

/** What a page tells to run, in its order, but for what is not run here. */
function scriptsOf(page: string): string[] {
  const blocks = blocksOf(read(page), 'sh');
  const functions = blocks.filter(isFunction).join('');
  return [...blocks, ...inlineCommandsOf(read(page))]
    .filter((each) => !isFunction(each) && !linesOf(each).every((line) => NAMED.has(line)))
    .map((each) => functions + each);
}

/** Runs one after the other; what all printed. Throws and names each that failed. */
async function runAll(scripts: readonly string[]): Promise<string> {
  const outputs: string[] = [];
  const failures: unknown[] = [];
  for (const each of scripts) {
    await shell(each).then(
      (output) => outputs.push(output),
      (error: unknown) => failures.push(error),
    );
  }
  if (failures.length > 0) throw new Error(failures.map(String).join('\n\n'));
  return outputs.join('\n');
}

const isDeployment = (script: string): boolean => script.includes('osls deploy');

/** The command `aws` that knows what moto does not. */
const AWS = `#!/bin/sh
case "$1 $2" in
${NOT_IN_MOTO.map((each) => `'${each}'`).join('|')}) set -- "$@" --generate-cli-skeleton output ;;
esac
exec "${AWS_CLI}" "$@"
`;

async function makeEnvironment(): Promise<typeof env> {
  await mkdir(join(scratch, 'stages'), { recursive: true });
  const [parameters = ''] = blocksOf(read('docs/deploy.md'), 'yaml');
  await writeFile(join(scratch, 'stages/prod.yml'), `${parameters}betStream: true\n`);
  await mkdir(join(scratch, 'bin'));
  await writeFile(join(scratch, 'bin/aws'), AWS);
  await chmod(join(scratch, 'bin/aws'), 0o755);
  const { PATH, HOME } = await madeTree(scratch);
  return {
    PATH: [join(scratch, 'bin'), PATH, process.env['PATH']].join(':'),
    HOME,
    ...CREDENTIALS,
    AWS_REGION: REGION,
    // The region for version 1 of the AWS CLI, which PyPI has.
    AWS_DEFAULT_REGION: REGION,
    AWS_ENDPOINT_URL: moto.endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: moto.dynamodb,
    TOKEN,
    ACCOUNT,
  };
}

/** What is in the account beside the stack. */
async function surroundings() {
  const made = async (command: string) => (await shell(`aws ${command} --output text`)).trim();
  const role = await made(
    "iam create-role --role-name pay-out --assume-role-policy-document '{}' --query Role.Arn",
  );
  await writeFile(join(scratch, 'code.zip'), zipSync({ 'index.js': new Uint8Array() }));
  await made(
    'lambda create-function --function-name pay-out --runtime nodejs24.x ' +
      `--handler index.handler --role ${role} --zip-file fileb://code.zip`,
  );
  const zone = 'route53 create-hosted-zone --name example.com --caller-reference any';
  return {
    ZONE: await made(`${zone} --query HostedZone.Id`),
    TOPIC: await made('sns create-topic --name pager --query TopicArn'),
    DEAD_LETTERS: `arn:aws:sqs:${REGION}:${ACCOUNT}:late`,
  };
}

/** What a function has logged. */
async function log(group: string, message: string): Promise<void> {
  const name = `--log-group-name ${group} --log-stream-name one`;
  await shell(`aws logs create-log-stream ${name}
    aws logs put-log-events ${name} --log-events "timestamp=$(date +%s)000,message=${message}"`);
}

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'bet-maker-docs-'));
  [moto, embedded, local] = await Promise.all([startMoto(), startEmbeddedStore(), startService()]);
  await createMissingTables(createClient(embedded.endpoint), 'bet-maker-');
  env = await makeEnvironment();
  await runAll(scriptsOf('docs/deploy.md').filter(isDeployment));
  deployed = await moto.startDeployed(scratch, 'bet-maker-prod-', TOKEN);
  Object.assign(env, { API: deployed.url, ...(await surroundings()) });
});
afterAll(async () => {
  await Promise.all([local.stop('SIGTERM'), deployed.stop('SIGTERM')]);
  await Promise.all([moto.stop(), embedded.close()]);
  await rm(scratch, { recursive: true });
});

/** The records of the stream of a table, as a function would get them. */
async function streamed(table: string) {
  const ask = async (command: string): Promise<unknown> =>
    JSON.parse(await shell(`aws dynamodbstreams ${command} --output json`));
  const described = await shell(
    `aws dynamodb describe-table --table-name ${table} --query Table.LatestStreamArn --output text`,
  );
  const stream = `--stream-arn ${described.trim()}`;
  const { StreamDescription } = shards.parse(await ask(`describe-stream ${stream}`));
  const records: z.output<typeof changes>['Records'] = [];
  for (const { ShardId } of StreamDescription.Shards) {
    const from = `--shard-id ${ShardId} --shard-iterator-type TRIM_HORIZON`;
    const { ShardIterator } = iterator.parse(await ask(`get-shard-iterator ${stream} ${from}`));
    const page = await ask(`get-records --shard-iterator '${ShardIterator}'`);
    records.push(...changes.parse(page).Records);
  }
  return records;
}

const shards = z.object({
  StreamDescription: z.object({ Shards: z.array(z.object({ ShardId: z.string() })) }),
});
const iterator = z.object({ ShardIterator: z.string() });
const text = z.object({ S: z.string() });
const number = z.object({ N: z.coerce.number() });
const changes = z.object({
  Records: z.array(
    z.object({
      eventName: z.string(),
      dynamodb: z.object({
        NewImage: z.object({
          betId: text,
          status: text,
          amountMinor: number,
          outcomeVersion: number,
        }),
      }),
    }),
  ),
});

/** Takes a bet out of a table, as if the table were of an earlier instant than the others. */
async function takeOneBet(table: string): Promise<void> {
  const scan = `aws dynamodb scan --table-name ${table} --output json`;
  const listed = await shell(`${scan} --query 'Items[].{shard: shard, betId: betId}'`);
  const [key] = z.array(z.record(z.string(), text)).parse(JSON.parse(listed));
  const given = JSON.stringify(key);
  await shell(`aws dynamodb delete-item --table-name ${table} --key '${given}'`);
}

const concurrencyOf = (name: string) =>
  shell(`aws lambda get-function-concurrency --function-name bet-maker-prod-${name} --output text`);

describe('the commands of the docs', () => {
  it('of the README do on a laptop what it says', async () => {
    const output = await runAll(scriptsOf('README.md'));

    const statuses = Array.from(output.matchAll(/HTTP\/1\.1 (\d+)/g), ([, status]) => status);
    // The bet with that id is another machine's.
    expect(statuses).toEqual(['201', '200', '404', '200', '200', '200', '200', '200']);
    expect(output).toContain('"event_id":"42","status":"WIN","version":1');
  });

  it('of the page about ids find an event with spaces and slashes, in each language', async () => {
    const event_id = 'football/epl/Arsenal v Chelsea';
    await local.post('/bets', { event_id, amount: '1.00' });
    const page = read('docs/event-ids.md');
    const known = `api = ${JSON.stringify(local.url)}; id = ${JSON.stringify(event_id)}\n`;
    const [typescript = '', python = ''] = ['ts', 'python'].flatMap((each) => blocksOf(page, each));
    const before = await found();

    const output = await runAll(scriptsOf('docs/event-ids.md'));
    await run(process.execPath, ['--input-type=module', '-e', `let id, ${known}${typescript}`], {});
    await run('python3', ['-c', known + python], {});

    expect(output).toMatch(/^\{"event_id":"football\/epl\/Arsenal v Chelsea",.*\}\[\{"id"/);
    expect(await found()).toEqual(before.map((count) => count + 3));
  });

  it('of the guide to deployments do on the stack what it says', async () => {
    const scripts = scriptsOf('docs/deploy.md').filter((each) => !isDeployment(each));

    const output = await runAll(scripts);

    const role = await shell('aws iam list-attached-role-policies --role-name bet-maker-prod');
    expect(output).toMatch(/^https:\/\/\w+\.execute-api\.eu-central-1\.amazonaws\.com$/m);
    expect(output).toMatch(/"bets":[1-9].*"violations":0\}$/m);
    expect(role).toContain('ProcessPolicy');
  });

  it('of the guide to payouts follow the bets, and pay each what it is worth', async () => {
    await runAll(scriptsOf('docs/payouts.md'));

    const ledger = newLedger();
    const records = (await streamed('bet-maker-prod-bets')).filter(
      ({ eventName }) => eventName === 'MODIFY',
    );
    for (const { dynamodb } of [...records, ...records]) {
      const { betId, status, amountMinor, outcomeVersion } = dynamodb.NewImage;
      const worth = status.S === 'won' ? 2 * amountMinor.N : 0;
      ledger.book({ bet_id: betId.S, version: outcomeVersion.N, worth });
    }

    const settled = (await historyOf(deployed)).filter(({ status }) => status !== 'pending');
    const worths = settled.map(({ id, status, amount }) => {
      return [id, status === 'won' ? Math.round(200 * Number(amount)) : 0] as const;
    });
    expect(worths.length).toBeGreaterThan(0);
    expect(ledger.transferred()).toEqual(new Map(worths));
  });

  it('of the guide to the alarms show what was logged', async () => {
    await log('/aws/lambda/bet-maker-prod-resumeSettlements', 'a-run-that-failed');

    const output = await runAll(scriptsOf('docs/alarms.md'));

    expect(output).toMatch(/\ta-run-that-failed$/m);
    expect(output).toContain('"ENABLED"');
  });

  it('of the runbook lead to restored tables without a violation, which are in use', async () => {
    const before = await historyOf(deployed);
    const scripts = scriptsOf('docs/restore.md');
    const checking = scripts.findIndex((each) => each.includes('-r1- npm run verify -- --repair'));
    const ending = scripts.findIndex(isDeployment) + 1;

    await runAll(scripts.slice(0, checking));
    const stopped = await concurrencyOf('placeBet');
    await takeOneBet('bet-maker-prod-r1-bets');
    const repaired = await runAll(scripts.slice(checking, ending));
    const output = await runAll(scripts.slice(ending));
    const restored = await moto.startDeployed(scratch, 'bet-maker-prod-r1-', TOKEN);
    const after = await historyOf(restored);
    const placed = await restored.post('/bets', { event_id: 'after', amount: '1.00' });
    const checked = await shell(scripts.at(-1) ?? '');
    await restored.stop('SIGTERM');

    expect(stopped.trim()).toBe('0');
    expect(repaired).toMatch(/Mended: [1-9]\d*\. Violations now: 0\.$/m);
    expect(output).toMatch(/^0 violations\./m);
    expect(checked).toMatch(/^0 violations\./m);
    expect([await concurrencyOf('placeBet'), await concurrencyOf('resumeSettlements')]).toEqual([
      '',
      '1\n',
    ]);
    expect(await prefixesOfFunctions()).toEqual(['bet-maker-prod-r1-']);
    expect(before).toEqual(expect.arrayContaining(after));
    expect(after).toHaveLength(before.length - 1);
    expect(placed.status).toBe(201);
  });

  it('give the auditor a policy that IAM can read', async () => {
    const [policy = ''] = blocksOf(read('docs/restore.md'), 'json');
    await writeFile(join(scratch, 'policy.json'), policy);

    const made = await shell(
      'aws iam create-policy --policy-name auditor --policy-document file://policy.json',
    );

    expect(made).toContain('policy/auditor');
  });

  it('are all run above, or are on a list that says why not', () => {
    const pages = new Set(['README.md', ...RUN.map((name) => `docs/${name}.md`)]);
    const everything = PAGES.map(read).join('\n').replaceAll(/\s+/g, ' ');
    const commands = new Set(
      PAGES.flatMap((page) => [
        ...blocksOf(read(page), 'sh').flatMap(linesOf),
        ...inlineCommandsOf(read(page)),
      ]),
    );

    const left = PAGES.filter((page) => !pages.has(page)).flatMap(scriptsOf);

    expect(left).toEqual([]);
    expect([...NAMED].filter((each) => !commands.has(each))).toEqual([]);
    expect(NOT_IN_MOTO.filter((each) => !everything.includes(`aws ${each} `))).toEqual([]);
  });
});

/** Events, and lists of bets, that the local service has shown so far. */
async function found(): Promise<number[]> {
  const metrics = await (await fetch(`${local.url}/metrics`)).text();
  return ['/events/{event_id+}', '/bets'].map((route) => {
    const labels = `method="GET",route="${route}",status="200"`;
    const line = `http_request_duration_seconds_count{${labels}} `;
    return Number.parseInt(metrics.split(line)[1] ?? '0', 10);
  });
}

/** The prefix of the tables that the deployed functions have, each once. */
async function prefixesOfFunctions(): Promise<string[]> {
  const names = 'Functions[].Environment.Variables.TABLE_PREFIX';
  const listed = await shell(`aws lambda list-functions --query '${names}' --output text`);
  return [...new Set(listed.trim().split(/\s+/))];
}
