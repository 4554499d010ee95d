import type { Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Module, Post } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { pino, type Logger } from 'pino';
import { HealthModule, type HealthCheck, Lifecycle, RuntimeModule } from '@sluice/process';
import { createHttpApp } from './http-app.js';
import { ProblemError } from './problem-error.js';

@Controller()
class ThrowingController {
  @Get('busy')
  busy(): never {
    throw new ProblemError('overloaded', 'Come back later.', { retryAfterSeconds: 7 });
  }

  @Get('broken')
  broken(): never {
    throw new Error('the password is hunter2');
  }

  @Post('fine')
  fine(): string {
    return 'fine';
  }

  @Get('slow')
  slow(): Promise<string> {
    return held.promise;
  }
}

let held = Promise.withResolvers<string>();

class Lines {
  readonly lines: string[] = [];

  write(line: string): void {
    this.lines.push(line);
  }
}

describe('An app', () => {
  let app: NestFastifyApplication;
  let address: { port: number };
  let logged: Lines;
  let storeCheck: HealthCheck['check'];

  beforeEach(async () => {
    held = Promise.withResolvers();
    logged = new Lines();
    storeCheck = () => undefined;
    const logger: Logger = pino({ level: 'debug' }, logged);

    @Module({
      imports: [
        RuntimeModule.forRoot(logger),
        HealthModule.forRoot({
          inject: [],
          useFactory: () => ({ live: [], ready: [{ name: 'store', check: () => storeCheck() }] }),
        }),
      ],
      controllers: [ThrowingController],
    })
    class RootModule {}

    app = await createHttpApp(RootModule, logger, { maxBodyBytes: 1024 });
    await app.listen(0, '127.0.0.1');
    address = app.getHttpServer().address() as { port: number };
  });
  afterEach(() => app.close());

  const ask = (path: string, init?: RequestInit): Promise<Response> =>
    fetch(`http://127.0.0.1:${address.port}${path}`, { ...init, headers: { connection: 'close' } });

  /** What the server answers to these bytes. */
  async function say(bytes: string): Promise<string> {
    const socket = connect(address.port, '127.0.0.1');
    socket.write(bytes);
    return text(socket);
  }

  it('An app answers a problem with its status, its code and Retry-After', async () => {
    const response = await ask('/busy?x=1');
    expect(response.status).toBe(503);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(response.headers.get('retry-after')).toBe('7');
    expect(await response.json()).toEqual({
      type: 'urn:sluice:problem:overloaded',
      title: 'The gateway is shedding load',
      status: 503,
      code: 'overloaded',
      detail: 'Come back later.',
      instance: '/busy',
    });
  });

  it('An app logs an unexpected error, and does not show it', async () => {
    const response = await ask('/broken');
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('hunter2');
    expect(logged.lines.join()).toContain('hunter2');
  });

  it.each([
    ['GET', '/nowhere', 404, 'not-found'],
    ['GET', '/%', 400, 'bad-request'],
  ])('An app answers %s %s with %i as a problem', async (method, path, status, code) => {
    const response = await ask(path, { method });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ status, code });
  });

  it('An app answers bytes that are not HTTP with a problem', async () => {
    const answer = await say('NONSENSE\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(answer).toContain('"code":"bad-request"');
  });

  it('An app answers a request without a host with a problem, and ends its connection', async () => {
    expect(await say('GET /slow HTTP/1.1\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 [^]*"code":"bad-request"/);
  });

  it('An app ignores an unknown value of the header Expect', async () => {
    const answer = await say('POST /fine HTTP/1.1\r\nhost: x\r\nexpect: x\r\nconnection: close\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 201 /);
  });

  it('An app answers headers that are too large with 431', async () => {
    expect(await say(`GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
  });

  it.each(['/fine', '/nowhere', '/%'])(
    'An app forbids browsers to guess the media type of an answer: %s',
    async (path) => {
      expect((await ask(path)).headers.get('x-content-type-options')).toBe('nosniff');
    },
  );

  describe('An app that receives malformed bytes after a request', () => {
    const slow = 'GET /slow HTTP/1.1\r\nhost: x\r\n';

    /** Sends the bytes, and answers the slow request once the parser has reached the bytes that are not HTTP. */
    async function exchange(bytes: string): Promise<string> {
      app.getHttpServer().once('clientError', () => setImmediate(() => held.resolve('slow')));
      return say(bytes);
    }

    it('An app answers the request first, and then the malformed bytes after it', async () => {
      const answer = await exchange(`${slow}\r\nNONSENSE\r\n\r\n`);
      expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nslowHTTP\/1\.1 400 Bad Request\r\n/);
    });

    it('An app answers only the request if that was the last one of its connection', async () => {
      const answer = await exchange(`${slow}connection: close\r\n\r\nGET / HTTP/1.1\r\n\r\n`);
      expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nslow$/);
    });

    it.each([
      ['application/json', 'HTTP/1.1 400'],
      ['application/xml', 'HTTP/1.1 415'],
    ])('An app answers a malformed body of %s once, after the request: %s', async (type, status) => {
      const fields = `host: x\r\ncontent-type: ${type}\r\ntransfer-encoding: chunked\r\n\r\n`;
      const answer = await exchange(`${slow}\r\nPOST /fine HTTP/1.1\r\n${fields}NONSENSE\r\n`);
      expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', status]);
    });

    it('An app answers many malformed bytes after a request once', async () => {
      const answer = await exchange(`${slow}\r\n${'NONSENSE\r\n\r\n'.repeat(50_000)}`);
      expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 400']);
    });
  });

  it('An app is live from the start, and ready once it runs until it stops', async () => {
    expect((await ask('/health/live')).status).toBe(200);
    expect((await ask('/health/ready')).status).toBe(503);
    app.get(Lifecycle).started();
    expect((await ask('/health/ready')).status).toBe(200);
    app.get(Lifecycle).stopping();
    expect((await ask('/health/ready')).status).toBe(503);
  });

  it('An app reports which check is red and why', async () => {
    app.get(Lifecycle).started();
    storeCheck = () => Promise.reject(new Error('the store does not answer'));
    const response = await ask('/health/ready');
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({
      error: { store: { status: 'down', message: 'the store does not answer' } },
    });
  });
});

describe('A request that stops arriving', () => {
  const MAX_LINGER_MS = 2_000;
  let app: NestFastifyApplication;
  const start = async (requestTimeoutMs?: number): Promise<Server> => {
    const options = { maxBodyBytes: 1024, ...(requestTimeoutMs !== undefined && { requestTimeoutMs }) };
    app = await createHttpApp({ module: class Empty {} }, pino({ level: 'silent' }), options);
    await app.listen(0, '127.0.0.1');
    return app.getHttpServer() as Server;
  };
  afterEach(() => app.close());

  it.each([
    ['in its head', 'POST /fine HTTP/1.1\r\nhost: x\r\n'],
    ['in its body', 'POST /nowhere HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nx'],
    ['before its first byte', ''],
  ])('A request that stops arriving %s is cancelled, and its connection is closed', async (_name, bytes) => {
    const server = await start(20);
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.write(bytes);
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 (408|404) /);
  });

  it('A request that stops arriving is cancelled after 30 to 35 s, the time to read the answer included', async () => {
    const server = (await start()) as Server & { connectionsCheckingInterval: number };
    expect([server.requestTimeout, server.headersTimeout]).toEqual([30_000, 30_000]);
    expect(server.connectionsCheckingInterval + MAX_LINGER_MS).toBeLessThanOrEqual(5_000);
    expect(server.keepAliveTimeout).toBeGreaterThan(60_000);
  });
});
