import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { listen } from '../../infra/local/listen.ts';

/** A function as the template and its zip describe it. */
export interface LambdaFunction {
  name: string;
  /** `Handler` of the template. */
  handler: string;
  /** Where the zip's files are. */
  directory: string;
  timeoutSeconds: number;
  environment: Record<string, string>;
}

interface Invocation {
  id: string;
  apiEvent: unknown;
  resolve: (answer: unknown) => void;
  reject: (error: Error) => void;
}

const VERSION = '/2018-06-01/runtime';
const ARN = 'arn:aws:lambda:eu-central-1:111122223333:function:';

/**
 * Lambda's side of a function: one process that runs AWS's runtime interface client, which asks
 * this API for one invocation after the other. A process that ends is started again at the next.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
export class LambdaRuntime {
  readonly #of: LambdaFunction;
  readonly #client: string;
  readonly #waiting: Invocation[] = [];
  readonly #running = new Map<string, Invocation>();
  #next: ServerResponse | undefined;
  #port: Promise<number> | undefined;
  #process: ChildProcess | undefined;

  constructor(of: LambdaFunction, client: string) {
    this.#of = of;
    this.#client = client;
  }

  /** Resolves to the handler's answer; rejects with its error, or when its time is up. */
  async invoke(apiEvent: unknown): Promise<unknown> {
    this.#port ??= this.#listen();
    const port = await this.#port;
    this.#process ??= this.#start(port);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ id: randomUUID(), apiEvent, resolve, reject });
      this.#handOut();
    });
  }

  stop(): void {
    this.#process?.kill('SIGKILL');
  }

  #listen(): Promise<number> {
    const server = createServer((request, response) => void this.#serve(request, response));
    // The client waits for an invocation as long as it takes.
    server.requestTimeout = 0;
    server.unref();
    return listen(server);
  }

  #start(port: number): ChildProcess {
    const { name, handler, directory, environment } = this.#of;
    const child = spawn(process.execPath, [this.#client, handler], {
      cwd: directory,
      // stdout is the function's log.
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        ...environment,
        _HANDLER: handler,
        AWS_LAMBDA_FUNCTION_NAME: name,
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
        AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
        AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
        AWS_LAMBDA_LOG_STREAM_NAME: 'tests',
        AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}`,
        AWS_ACCESS_KEY_ID: 'role',
        AWS_SECRET_ACCESS_KEY: 'secret',
        AWS_SESSION_TOKEN: 'session',
        AWS_REGION: 'eu-central-1',
        LAMBDA_TASK_ROOT: directory,
        TZ: ':UTC',
      },
    });
    child.unref();
    child.once('exit', (code, signal) => {
      this.#process = undefined;
      this.#next = undefined;
      this.#fail(new Error(`${name} ended with ${code ?? signal}`));
    });
    return child;
  }

  /** Everything that the process was to answer. */
  #fail(error: Error): void {
    for (const { reject } of [...this.#running.values(), ...this.#waiting]) reject(error);
    this.#running.clear();
    this.#waiting.length = 0;
  }

  #handOut(): void {
    if (this.#next === undefined) return;
    const invocation = this.#waiting.shift();
    if (invocation === undefined) return;
    const { id, apiEvent } = invocation;
    this.#running.set(id, invocation);
    const { name, timeoutSeconds } = this.#of;
    const deadline = Date.now() + timeoutSeconds * 1000;
    this.#next.writeHead(200, {
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': id,
      'lambda-runtime-deadline-ms': String(deadline),
      'lambda-runtime-invoked-function-arn': ARN + name,
      'lambda-runtime-trace-id': 'Root=1-67891233-abcdef012345678912345678;Sampled=0',
    });
    this.#next.end(JSON.stringify(apiEvent ?? null));
    this.#next = undefined;
    setTimeout(() => this.#timeOut(id), deadline - Date.now()).unref();
  }

  /** As Lambda does: the process is ended, so that nothing of the invocation goes on. */
  #timeOut(id: string): void {
    if (this.#running.has(id)) this.#process?.kill('SIGKILL');
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url?.slice(VERSION.length) ?? '';
    if (path === '/invocation/next') {
      this.#next = response;
      this.#handOut();
      return;
    }
    const body: unknown = JSON.parse(await text(request));
    response.writeHead(202, { 'content-type': 'application/json' }).end('{"status":"OK"}');
    const [, id = '', kind] = /^\/invocation\/([^/]+)\/(response|error)$/.exec(path) ?? [];
    const invocation = this.#running.get(id);
    this.#running.delete(id);
    if (kind === 'response') invocation?.resolve(body);
    else if (kind === 'error') invocation?.reject(new Error(JSON.stringify(body)));
    else this.#fail(new Error(`${this.#of.name} cannot start: ${JSON.stringify(body)}`));
  }
}
