import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import mongoose from 'mongoose';
import { MongoRecordStore } from './mongo-record-store.js';
import { mongoTroubleOf, withoutLogin } from './mongo-trouble.js';
import { FakeMongod } from './testing/fake-mongod.js';

const { MongoServerError, MongoNetworkError, MongoNetworkTimeoutError, MongoMissingCredentialsError } = mongoose.mongo;
const PASSWORD = 'correct-horse';

/** The error of a store that cannot use this URL, and its log line. */
async function troubleAt(url: string) {
  const lines: string[] = [];
  const log = (_: string, line: string): void => void lines.push(line);
  const store = new MongoRecordStore({ url, clientId: 'suite', timeoutMs: 1_000, logger: log });
  try {
    const error = await store.ping().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    return { error, lines };
  } finally {
    await store.close();
  }
}

describe('A MongoDB server that answers with an error', () => {
  it.each([
    ['authentication', { saslStart: { code: 18, codeName: 'AuthenticationFailed', errmsg: 'Authentication failed.' } }],
    [
      'authentication',
      { saslStart: { code: 8000, codeName: 'AtlasError', errmsg: 'bad auth : Authentication failed.' } },
    ],
  ])('The cause is %s, and the password is never printed', async (code, errors) => {
    const server = new FakeMongod(errors);
    const { error, lines } = await troubleAt(`mongodb://sluice:${PASSWORD}@${await server.listen()}/sluice`);
    await server.close();
    expect(error).toMatchObject({
      code: 'unavailable',
      trouble: { code, sentence: expect.stringMatching(/password/) },
    });
    expect(lines).toEqual([expect.stringMatching(/^MongoDB cannot be used: authentication: .*RECORD_STORE_URL/)]);
    expect(JSON.stringify([lines, String(error)])).not.toContain(PASSWORD);
    expect(server.commands).toContain('saslStart');
  });

  it.each([
    ['authorization', { code: 13, errmsg: 'not authorized on sluice to execute command { ping: 1 }' }],
    ['authentication', { code: 13, errmsg: 'command ping requires authentication' }],
    ['not-primary', { code: 10107, errmsg: 'not primary' }],
    ['not-primary', { code: 91, errmsg: 'shutting down' }],
    ['no-space', { code: 14031, errmsg: 'no space' }],
    ['timeout', { code: 50, errmsg: 'operation exceeded time limit' }],
    ['unknown', { code: 59_999, errmsg: 'new in the next release' }],
  ])('The cause of the answer is %s', async (code, reply) => {
    const server = new FakeMongod({ '*': reply });
    const { error } = await troubleAt(`mongodb://${await server.listen()}/sluice`);
    await server.close();
    expect(error).toMatchObject({ code: 'unavailable', trouble: { code } });
  });
});

describe('A MongoDB server that cannot be reached', () => {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-certificates-'));
  const [key, certificate] = [join(directory, 'key.pem'), join(directory, 'certificate.pem')];
  const servers: Server[] = [];

  beforeAll(() => {
    const kind = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
    execFileSync('openssl', [...kind, '-subj', '/CN=elsewhere', '-keyout', key, '-out', certificate], {
      stdio: 'ignore',
    });
  });
  afterAll(() => {
    for (const server of servers) server.close();
    rmSync(directory, { recursive: true });
  });

  it.each<[string, string, () => string | Promise<string>]>([
    ['refused', 'nothing listens', closedPort],
    ['timeout', 'the server is silent', () => listening(createServer())],
    ['network', 'the server hangs up', () => listening(createServer((socket) => socket.destroy()))],
    ['certificate', 'the authority is unknown', async () => `${await listening(withTls())}?tls=true`],
    ['certificate', 'the name differs', async () => `${await listening(withTls())}?tls=true&tlsCAFile=${certificate}`],
    ['certificate', 'a file is missing', async () => `${await closedPort()}?tls=true&tlsCAFile=${directory}/none.pem`],
    ['certificate', 'the server has no TLS', async () => `${await listening(plainText())}?tls=true`],
  ])('The cause is %s when %s', async (code, _, urlOf) => {
    const { error, lines } = await troubleAt(await urlOf());
    expect(error).toMatchObject({ code: 'unavailable', trouble: { code } });
    expect(lines).toEqual([expect.stringContaining(code)]);
    expect((error as { trouble: { sentence: string } }).trouble.sentence).not.toMatch(/127\.0\.0\.1|\.pem/);
  });

  async function listening(server: Server): Promise<string> {
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `mongodb://127.0.0.1:${(server.address() as AddressInfo).port}/sluice`;
  }

  async function closedPort(): Promise<string> {
    const server = createServer();
    const url = await listening(server);
    server.close();
    await once(server, 'close');
    return url;
  }

  function withTls(): Server {
    return createTlsServer({ key: readFileSync(key), cert: readFileSync(certificate) }).on(
      'tlsClientError',
      () => undefined,
    );
  }

  function plainText(): Server {
    return createServer((socket) => socket.on('error', () => undefined).end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  }
});

describe('An error of the driver', () => {
  const selection = (...errors: Error[]) =>
    Object.assign(new mongoose.Error.MongooseServerSelectionError('no server'), {
      reason: { type: 'Unknown', servers: new Map(errors.map((error, index) => [`host${index}`, { error }])) },
    });
  const network = (code: string) =>
    new MongoNetworkError('failed', { cause: Object.assign(new Error('failed'), { code }) });

  it.each<[string, string, unknown]>([
    [
      'certificate',
      'several servers, one with an expired certificate',
      selection(network('ECONNREFUSED'), network('CERT_HAS_EXPIRED')),
    ],
    ['refused', 'several servers, all down', selection(network('ECONNREFUSED'), network('ECONNREFUSED'))],
    [
      'not-primary',
      'a set without a primary',
      Object.assign(selection(), { reason: { type: 'ReplicaSetNoPrimary', servers: new Map() } }),
    ],
    ['timeout', 'a choice that knows nothing', selection()],
    ['timeout', 'a socket that timed out', new MongoNetworkTimeoutError('timed out')],
    ['authentication', 'missing credentials', new MongoMissingCredentialsError('none')],
    ['authentication', 'an unknown user', new MongoServerError({ errmsg: 'no user', code: 11 })],
    ['dns', 'an unknown host', selection(network('ENOTFOUND'))],
    [
      'dns',
      'a name server that is away',
      Object.assign(new Error('failed'), { code: 'ECONNREFUSED', syscall: 'querySrv' }),
    ],
    ['network', 'a reset', network('ECONNRESET')],
    ['unknown', 'a value that is not an error', 'text'],
  ])('The cause is %s for %s', (code, _, error) => {
    expect(mongoTroubleOf(error)).toMatchObject({ code });
  });

  it('A login is removed from the message', () => {
    expect(withoutLogin('cannot reach mongodb://user:p%40ss@host:1/a and mongodb+srv://u:p@b')).toBe(
      'cannot reach mongodb://host:1/a and mongodb+srv://b',
    );
  });
});
