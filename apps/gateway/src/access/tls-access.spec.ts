import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { request, type RequestOptions } from 'node:https';
import { copyFileSync, readFileSync, rmSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { connect, type TLSSocket } from 'node:tls';
import type { Problem } from '@sluice/contracts';
import { bearer, TokenDirectory } from '@sluice/operator/testing';
import { Certificates, type CertificateFiles } from '../testing/certificates.js';
import { FakeQuery } from '../testing/fake-query.js';
import { GatewayUnderTest, SEED_RECORD } from '../testing/gateway-under-test.js';
import type { AccessOptions } from './access.settings.js';

const certificates = new Certificates();
const [plant, stranger] = [certificates.authority('plant'), certificates.authority('stranger')];
const server = certificates.signedBy(plant, 'DNS:localhost,IP:127.0.0.1');

let gateway: GatewayUnderTest;
afterEach(() => gateway.stop());
afterAll(() => certificates.remove());

const tls = ({ cert, key }: CertificateFiles) => ({ tlsCertFile: cert, tlsKeyFile: key });
const mutual = { ...tls(server), tlsClientCaFile: plant.cert };
const start = async (options: Partial<AccessOptions & { queryUrl: string }>): Promise<void> => {
  gateway = await GatewayUnderTest.start(options);
};

interface Answer {
  status: number;
  body: Problem;
}

/** Over TLS, with the client certificate if there is one. */
function ask(
  method: string,
  path: string,
  client?: CertificateFiles,
  options: RequestOptions = {},
  body = '',
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const own = client && { cert: readFileSync(client.cert), key: readFileSync(client.key) };
  const trusted = { ca: readFileSync(plant.cert), agent: false as const };
  const url = gateway.url.replace('http:', 'https:') + path;
  const outgoing = request(url, { method, ...trusted, ...own, ...options }, (response) => {
    text(response).then(
      (answer) => resolve({ status: response.statusCode!, body: JSON.parse(answer) as Problem }),
      reject,
    );
  });
  outgoing.on('error', reject);
  outgoing.end(body);
  return promise;
}

const post = (device: string, client?: CertificateFiles, headers: Record<string, string> = {}) =>
  ask(
    'POST',
    '/ingest',
    client,
    { headers: { 'content-type': 'application/json', ...headers } },
    JSON.stringify({ ...SEED_RECORD, device_id: device }),
  );

describe('A gateway with TLS_CERT_FILE and TLS_KEY_FILE', () => {
  it('With TLS_CERT_FILE and TLS_KEY_FILE, records are accepted over TLS, and plain HTTP gets 400 with the scheme to use', async () => {
    await start(tls(server));
    expect((await post('dev-2')).status).toBe(202);
    const plain = await gateway.post(SEED_RECORD);
    expect(plain).toMatchObject({ status: 400, body: { detail: expect.stringContaining('https://') } });
    await gateway.post(SEED_RECORD);
    const failures = gateway.logLines.filter(({ reason }) => reason === 'ERR_SSL_HTTP_REQUEST');
    expect(failures).toHaveLength(1);
    expect(gateway.events).toHaveLength(1);
  });

  it('Without TLS_CERT_FILE, the log reports once that a client sends HTTPS', async () => {
    await start({});
    for (let attempt = 0; attempt < 2; attempt++) await expect(post('dev-2')).rejects.toThrow();
    expect(gateway.logLines.filter(({ msg }) => String(msg).startsWith('HTTPS was sent'))).toHaveLength(1);
    expect((await gateway.post(SEED_RECORD)).status).toBe(202);
  });

  it('With TLS_CERT_FILE and TLS_KEY_FILE, a changed certificate is used for new connections, without a restart', async () => {
    const files = certificates.copy(server);
    await start(tls(files));
    const before = await serialOf();
    certificates.replace(files, certificates.signedBy(plant, 'DNS:localhost,IP:127.0.0.1'));
    gateway.tls!.reload();
    expect(await serialOf()).not.toBe(before);
    expect((await post('dev-2')).status).toBe(202);
  });

  it('With TLS_CERT_FILE and TLS_KEY_FILE, files that do not match are ignored until they do, and the log reports it', async () => {
    const files = certificates.copy(server);
    await start(tls(files));
    const before = await serialOf();
    for (const harm of [() => certificates.spoil(files), () => rmSync(files.key)]) {
      harm();
      gateway.tls!.reload();
      expect(await serialOf()).toBe(before);
      expect(gateway.logLines.at(-1)!['msg']).toBe('the TLS files are invalid: the last ones stay active');
    }
  });

  it('With TLS_CERT_FILE and TLS_KEY_FILE, a stop does not wait for idle connections', async () => {
    await start(tls(server));
    const silent = connect({ port: Number(new URL(gateway.url).port), host: '127.0.0.1', rejectUnauthorized: false });
    await once(silent, 'secureConnect');
    const closed = once(silent, 'close');
    await gateway.close();
    await closed;
  });
});

describe('A gateway with TLS_CLIENT_CA_FILE', () => {
  const query = new FakeQuery();
  beforeAll(() => query.start());
  afterAll(() => query.stop());

  it.each([
    ['DNS:dev-2', 'dev-2', 202],
    ['DNS:dev-2', 'dev-3', 403],
    ['URI:urn:sluice:device:lab-7:scale', 'lab-7:scale', 202],
    ['URI:urn:sluice:device:lab-7:*', 'lab-7:scale', 202],
    ['URI:urn:sluice:device:lab-7:*', 'lab-8:scale', 403],
    ['URI:urn:sluice:readers', 'dev-2', 403],
    ['DNS:dev-2,DNS:dev-3', 'dev-3', 202],
  ])('With TLS_CLIENT_CA_FILE, a certificate for %s sending for %s is answered %d', async (altName, device, status) => {
    await start(mutual);
    expect((await post(device, certificates.signedBy(plant, altName))).status).toBe(status);
    expect(gateway.events).toHaveLength(status === 202 ? 1 : 0);
  });

  it('With TLS_CLIENT_CA_FILE, readers read, and devices do not', async () => {
    await start({ ...mutual, queryUrl: query.url });
    const read = (altName: string) => ask('GET', '/records', certificates.signedBy(plant, altName));
    expect((await read('URI:urn:sluice:readers')).status).toBe(200);
    expect((await read('DNS:dev-2')).status).toBe(403);
  });

  it.each<[string, () => CertificateFiles | undefined, RegExp]>([
    ['no certificate', () => undefined, /Connect with a client certificate/],
    [
      'one of another authority',
      () => certificates.signedBy(stranger, 'DNS:dev-2'),
      /not accepted \([A-Z_]+: its authority is not in TLS_CLIENT_CA_FILE\)/,
    ],
  ])('With TLS_CLIENT_CA_FILE, %s is answered 401 with what to do', async (_, client, detail) => {
    await start(mutual);
    const { status, body } = await post('dev-2', client());
    expect([status, body.code]).toEqual([401, 'unauthorized']);
    expect(body.detail).toMatch(detail);
    expect(gateway.events).toEqual([]);
  });

  it('With TLS_CLIENT_CA_FILE, a certificate that names no device is answered 403 with the name that is missing', async () => {
    await start(mutual);
    for (const altName of ['', 'IP:10.0.0.1']) {
      const { status, body } = await post('dev-2', certificates.signedBy(plant, altName));
      expect([status, body.code]).toEqual([403, 'forbidden']);
      expect(body.detail).toContain('URI:urn:sluice:device:<device_id>');
    }
  });

  it('With TLS_CLIENT_CA_FILE together with AUTH=tokens, either of the two is enough, and a token that is sent decides', async () => {
    const directory = new TokenDirectory();
    const token = await directory.create('--device dev-3');
    await start({ ...mutual, ...directory.options });
    await gateway.gate.feed!.refresh();
    const certificate = certificates.signedBy(plant, 'DNS:dev-2');
    expect((await post('dev-2', certificate)).status).toBe(202);
    expect((await post('dev-3', undefined, bearer(token))).status).toBe(202);
    expect((await post('dev-2', certificate, bearer(token))).status).toBe(403);
    expect((await post('dev-2')).status).toBe(401);
    directory.remove();
  });
});

describe('A client certificate on the revocation list', () => {
  const lost = certificates.signedBy(plant, 'DNS:dev-2');
  const kept = certificates.signedBy(plant, 'DNS:dev-2');

  it('A client certificate on the revocation list is answered 401, and others of its authority are not affected', async () => {
    await start({ ...mutual, tlsCrlFile: certificates.revocationList(plant, lost) });
    const { status, body } = await post('dev-2', lost);
    expect([status, body.code]).toEqual([401, 'unauthorized']);
    expect(body.detail).toContain('CERT_REVOKED');
    expect((await post('dev-2', kept)).status).toBe(202);
  });

  it('A client certificate on the revocation list is refused on new connections once the list has changed', async () => {
    const list = certificates.revocationList(plant);
    await start({ ...mutual, tlsCrlFile: list });
    expect((await post('dev-2', lost)).status).toBe(202);
    copyFileSync(certificates.revocationList(plant, lost), list);
    gateway.tls!.reload();
    expect((await post('dev-2', lost)).status).toBe(401);
    expect((await post('dev-2', kept)).status).toBe(202);
  });
});

describe('Unusable certificate files', () => {
  it('Unusable certificate files stop the start with an error that names the setting and the file', async () => {
    await start({});
    const missing = { ...tls(server), tlsKeyFile: '/nowhere/key.pem' };
    await expect(GatewayUnderTest.start(missing)).rejects.toThrow(
      'TLS_KEY_FILE: /nowhere/key.pem cannot be read (ENOENT).',
    );
    const mixed = { ...tls(server), tlsKeyFile: plant.key };
    await expect(GatewayUnderTest.start(mixed)).rejects.toThrow(/do not make a certificate with its key/);
  });
});

/** The serial number of the certificate that the gateway shows to a new connection. */
async function serialOf(): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const socket: TLSSocket = connect({
    port: Number(new URL(gateway.url).port),
    host: '127.0.0.1',
    rejectUnauthorized: false,
  });
  socket.on('secureConnect', () => resolve(socket.getPeerCertificate().serialNumber));
  socket.on('error', reject);
  const serial = await promise;
  const closed = once(socket, 'close');
  socket.destroy();
  await closed;
  return serial;
}
