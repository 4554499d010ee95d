import { once } from 'node:events';
import { copyFileSync, readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { text } from 'node:stream/consumers';
import { connect, type ConnectionOptions } from 'node:tls';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import type { Problem } from '@sluice/contracts';
import { Certificates, type CertificateFiles } from '../testing/certificates.js';
import { GatewayUnderTest, SEED_RECORD } from '../testing/gateway-under-test.js';
import type { AccessOptions } from './access.settings.js';

const DAY_MS = 24 * 60 * 60 * 1000;
const certificates = new Certificates();
const [plant, stranger] = [certificates.authority('plant'), certificates.authority('stranger')];
const server = certificates.signedBy(plant, 'DNS:localhost,IP:127.0.0.1');
const mutual = { tlsCertFile: server.cert, tlsKeyFile: server.key, tlsClientCaFile: plant.cert };

let gateway: GatewayUnderTest;
const connections: Connection[] = [];
afterEach(async () => {
  for (const connection of connections.splice(0)) connection.close();
  await gateway.stop();
});
afterAll(() => certificates.remove());

const start = async (options: Partial<AccessOptions> = {}): Promise<void> => {
  gateway = await GatewayUnderTest.start({ ...mutual, ...options });
};

interface Answer {
  status: number;
  connection: string | undefined;
  isReused: boolean;
  detail: string;
}

/** One connection, which is kept open from request to request. */
class Connection {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });
  private readonly tls: ConnectionOptions;

  constructor({ cert, key }: CertificateFiles) {
    this.tls = { cert: readFileSync(cert), key: readFileSync(key), ca: readFileSync(plant.cert) };
    connections.push(this);
  }

  async post(): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const headers = { 'content-type': 'application/json' };
    const options = { method: 'POST', headers, agent: this.agent, ...this.tls };
    const outgoing = request(`${gateway.url.replace('http:', 'https:')}/ingest`, options, (response) => {
      const answerOf = (body: string): Answer => ({
        status: response.statusCode!,
        connection: response.headers.connection,
        isReused: outgoing.reusedSocket,
        detail: (JSON.parse(body) as Problem).detail ?? '',
      });
      text(response).then((body) => resolve(answerOf(body)), reject);
    });
    outgoing.on('error', reject);
    outgoing.end(JSON.stringify(SEED_RECORD));
    return promise;
  }

  close(): void {
    this.agent.destroy();
  }
}

const post = (files: CertificateFiles): Promise<Answer> => new Connection(files).post();
const ACCEPTED = expect.objectContaining({ status: 202 });
const refused = (code: string, isReused: boolean) =>
  expect.objectContaining({
    status: 401,
    connection: 'close',
    isReused,
    detail: expect.stringContaining(`(${code}: `),
  });

describe('An open connection', () => {
  const device = certificates.signedBy(plant, 'DNS:dev-2');

  it.each([
    ['has expired', 10 * DAY_MS, 'CERT_HAS_EXPIRED'],
    ['is not valid yet, by a clock that was put right', -DAY_MS, 'CERT_NOT_YET_VALID'],
  ])('An open connection is answered 401 and ended once its certificate %s', async (_name, byMs, code) => {
    await start();
    const connection = new Connection(device);
    expect(await connection.post()).toEqual(ACCEPTED);
    expect(await connection.post()).toMatchObject({ status: 202, isReused: true });
    gateway.clock.now = () => Date.now() + byMs;
    expect(await connection.post()).toEqual(refused(code, true));
    expect(gateway.events).toHaveLength(2);
  });

  it('An open connection is answered 401 and ended once the revocation list has expired', async () => {
    const longLived = certificates.signedBy(plant, 'DNS:dev-2');
    await start({ tlsCrlFile: certificates.revocationList(plant) });
    const connection = new Connection(longLived);
    expect(await connection.post()).toEqual(ACCEPTED);
    gateway.clock.now = () => Date.now() + 3 * DAY_MS;
    expect(await connection.post()).toEqual(refused('CRL_HAS_EXPIRED', true));
  });

  it('An open connection is answered 401 and ended once its certificate is revoked; others continue, and watchers are notified', async () => {
    const [lost, kept] = [certificates.signedBy(plant, 'DNS:dev-2'), certificates.signedBy(plant, 'DNS:dev-2')];
    const list = certificates.revocationList(plant);
    await start({ tlsCrlFile: list });
    let changes = 0;
    gateway.tls!.onChange(() => changes++);
    const [one, other] = [new Connection(lost), new Connection(kept)];
    expect([await one.post(), await other.post()]).toEqual([ACCEPTED, ACCEPTED]);
    copyFileSync(certificates.revocationList(plant, lost), list);
    gateway.tls!.reload();
    expect(changes).toBe(1);
    expect(await one.post()).toEqual(refused('CERT_REVOKED', true));
    expect(await other.post()).toMatchObject({ status: 202, isReused: true });
  });

  it('An open connection is answered 401 and ended once its authority is no longer accepted', async () => {
    const authorities = certificates.copy(plant);
    await start({ tlsClientCaFile: authorities.cert });
    const connection = new Connection(device);
    expect(await connection.post()).toEqual(ACCEPTED);
    certificates.replace(authorities, stranger);
    gateway.tls!.reload();
    expect(await connection.post()).toEqual(refused('UNTRUSTED', true));
  });
});

describe('A new connection', () => {
  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'A new connection of %s has its certificate checked: no session is resumed',
    async (version) => {
      await start();
      const { cert, key } = certificates.signedBy(plant, 'DNS:dev-2');
      const own = { cert: readFileSync(cert), key: readFileSync(key), ca: readFileSync(plant.cert) };
      const options = {
        port: Number(new URL(gateway.url).port),
        host: '127.0.0.1',
        minVersion: version,
        maxVersion: version,
      };
      const exchange = async (session?: Buffer): Promise<{ isReused: boolean; session: Buffer | undefined }> => {
        const socket = connect({ ...options, ...own, ...(session && { session }) });
        let last: Buffer | undefined;
        socket.on('session', (given) => (last = given));
        socket.write('GET /health/live HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
        await once(socket, 'secureConnect');
        const isReused = socket.isSessionReused();
        await text(socket);
        return { isReused, session: last ?? socket.getSession() };
      };
      const { session } = await exchange();
      expect((await exchange(session)).isReused).toBe(false);
    },
  );

  it.each<[string, string, () => CertificateFiles]>([
    ['signed by itself', 'DEPTH_ZERO_SELF_SIGNED_CERT', () => certificates.selfSigned('dev-2', 'DNS:dev-2')],
    [
      "signed by itself, with the authority's name",
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      () => certificates.selfSigned('plant', 'DNS:dev-2'),
    ],
    ['of another authority', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', () => certificates.signedBy(stranger, 'DNS:dev-2')],
    [
      'of another authority, which is shown',
      'SELF_SIGNED_CERT_IN_CHAIN',
      () => certificates.chain(certificates.signedBy(stranger, 'DNS:dev-2'), stranger),
    ],
    ['for servers', 'INVALID_PURPOSE', () => certificates.signedBy(plant, 'DNS:dev-2', 'extendedKeyUsage=serverAuth')],
    [
      'for encryption only',
      'INVALID_PURPOSE',
      () => certificates.signedBy(plant, 'DNS:dev-2', 'keyUsage=critical,keyEncipherment'),
    ],
  ])('A new connection with a certificate %s is answered 401 with the reason', async (_name, code, client) => {
    await start();
    expect(await post(client())).toEqual(refused(code, false));
    expect(gateway.events).toEqual([]);
  });

  it('A new connection with a certificate for clients is served', async () => {
    await start();
    const uses = ['extendedKeyUsage=clientAuth', 'keyUsage=critical,digitalSignature'];
    expect(await post(certificates.signedBy(plant, 'DNS:dev-2', ...uses))).toEqual(ACCEPTED);
  });
});

describe('A certificate that may sign others', () => {
  const old = certificates.signedBy(plant, 'DNS:dev-2', 'basicConstraints=critical,CA:TRUE');
  const linesOf = (text: string) => gateway.logLines.filter((line) => JSON.stringify(line).includes(text));

  it('A certificate that may sign others is answered 401, and the log reports it once', async () => {
    await start();
    for (let times = 0; times < 3; times++) expect(await post(old)).toEqual(refused('IS_AUTHORITY', false));
    expect(linesOf('IS_AUTHORITY')).toEqual([expect.objectContaining({ level: 'warn' })]);
  });

  it('A device certificate that may sign others does not make another one valid', async () => {
    await start();
    const forged = certificates.chain(certificates.signedBy(old, 'DNS:dev-2'), old);
    expect(await post(forged)).toEqual(refused('UNTRUSTED', false));
    const hidden = certificates.authority('hidden', old);
    const deeper = certificates.chain(certificates.signedBy(hidden, 'DNS:dev-2'), hidden, old);
    expect(await post(deeper)).toEqual(refused('UNTRUSTED', false));
    expect(linesOf('UNTRUSTED')).toHaveLength(1);
    expect(gateway.events).toEqual([]);
  });

  it('An intermediate authority is accepted if it is in our file, with its own list', async () => {
    const [site, other] = [certificates.authority('site', plant), certificates.authority('other', plant)];
    const device = certificates.chain(certificates.signedBy(site, 'DNS:dev-2'), site);
    const list = certificates.chain(
      { cert: certificates.revocationList(plant), key: '' },
      {
        cert: certificates.revocationList(site),
        key: '',
      },
    );
    const authorities = certificates.chain(plant, site, other).cert;
    await start({ tlsClientCaFile: authorities, tlsCrlFile: list.cert });
    expect(await post(device)).toEqual(ACCEPTED);
    const unlisted = certificates.chain(certificates.signedBy(other, 'DNS:dev-2'), other);
    expect(await post(unlisted)).toEqual(refused('UNABLE_TO_GET_CRL', false));
  });
});
