import { once } from 'node:events';
import { copyFileSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { bearer, idOf, TokenDirectory } from '@sluice/operator/testing';
import { Certificates, type CertificateFiles } from '../testing/certificates.js';
import { FakeQuery } from '../testing/fake-query.js';
import { GatewayUnderTest } from '../testing/gateway-under-test.js';
import { exchange } from '../testing/raw-socket.js';

const endOf = (reason: string): string => `event: end\ndata: {"reason":"${reason}"}\n\n`;

let query: FakeQuery;
let gateway: GatewayUnderTest;
/** What the query service writes its stream on. */
let upstream: PromiseWithResolvers<ServerResponse>;
beforeEach(async () => {
  query = new FakeQuery();
  await query.start();
  upstream = Promise.withResolvers();
  query.answer = (response) => {
    upstream.resolve(response);
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    response.write('data: 1\n\n');
  };
});
afterEach(async () => {
  query.stop();
  await gateway.stop();
});

describe('A stream that was opened with a token', () => {
  const directory = new TokenDirectory();
  let token: string;
  afterAll(() => directory.remove());
  beforeEach(async () => {
    token = await directory.create('--reader');
    gateway = await GatewayUnderTest.start({ ...directory.options, queryUrl: query.url });
    await gateway.gate.feed!.refresh();
  });

  async function follow(path: string): Promise<Response> {
    return fetch(gateway.url + path, { headers: bearer(token) });
  }

  it.each(['/events/tail', '/status/events'])(
    'A stream that was opened with a token ends when the token is revoked, and gives the reason: %s',
    async (path) => {
      const stream = await follow(path);
      await directory.run(`revoke ${idOf(token)}`);
      await gateway.gate.feed!.refresh();
      expect(await stream.text()).toBe(`data: 1\n\n${endOf('token-revoked')}`);
      expect(gateway.gate.open.count).toBe(0);
    },
  );

  it('A stream that was opened with a token ends when the grace period of a rotation is over', async () => {
    const stream = await follow('/events/tail');
    await directory.run(`rotate ${idOf(token)} --grace 0s`);
    await gateway.gate.feed!.refresh();
    expect(await stream.text()).toBe(`data: 1\n\n${endOf('token-replaced')}`);
  });

  it('A stream that was opened with a token ends with its connection', async () => {
    const head = `GET /events/tail HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n\r\n`;
    let isRevoked = false;
    const answer = await exchange(gateway.url, head, (received) => {
      if (received.includes('data: 1') && !isRevoked) {
        isRevoked = true;
        void directory.run(`revoke ${idOf(token)}`).then(() => gateway.gate.feed!.refresh());
      }
      return false;
    });
    expect(answer).toContain('{"reason":"token-revoked"}');
  });

  it('A stream that was opened with a token is no longer watched when its reader has disconnected', async () => {
    const leave = new AbortController();
    await fetch(`${gateway.url}/events/tail`, { headers: bearer(token), signal: leave.signal });
    expect(gateway.gate.open.count).toBe(1);
    const closed = once(await upstream.promise, 'close');
    leave.abort();
    await closed;
    expect(gateway.gate.open.count).toBe(0);
  });
});

describe('A stream that was opened with a certificate', () => {
  const certificates = new Certificates();
  const plant = certificates.authority('plant');
  const server = certificates.signedBy(plant, 'DNS:localhost,IP:127.0.0.1');
  const reader = certificates.signedBy(plant, 'URI:urn:sluice:readers');
  const otherReader = certificates.signedBy(plant, 'URI:urn:sluice:readers');
  let list: string;
  afterAll(() => certificates.remove());
  const mutual = { tlsCertFile: server.cert, tlsKeyFile: server.key, tlsClientCaFile: plant.cert };
  beforeEach(async () => {
    list = certificates.revocationList(plant);
    gateway = await GatewayUnderTest.start({ ...mutual, tlsCrlFile: list, queryUrl: query.url });
  });

  async function follow({ cert, key }: CertificateFiles): Promise<IncomingMessage> {
    const url = `${gateway.url.replace('http:', 'https:')}/events/tail`;
    const files = { ca: readFileSync(plant.cert), cert: readFileSync(cert), key: readFileSync(key) };
    const [response] = (await once(request(url, { ...files, agent: false }).end(), 'response')) as [IncomingMessage];
    return response;
  }

  it('A stream that was opened with a certificate ends when its certificate is on a new revocation list, and gives the reason', async () => {
    const stream = await follow(reader);
    copyFileSync(certificates.revocationList(plant, reader), list);
    gateway.tls!.reload();
    expect(await text(stream)).toBe(`data: 1\n\n${endOf('certificate-revoked')}`);
    expect((await follow(reader)).statusCode).toBe(401);
  });

  it('A stream that was opened with a certificate continues when another certificate is on a new revocation list', async () => {
    const [own, other] = [await follow(reader), await follow(otherReader)];
    copyFileSync(certificates.revocationList(plant, otherReader), list);
    gateway.tls!.reload();
    expect(await text(other)).toContain('certificate-revoked');
    expect(own.complete).toBe(false);
    own.destroy();
  });

  it('A stream that was opened with a certificate ends when the certificate has expired, and gives the reason', async () => {
    const stream = await follow(reader);
    gateway.clock.now = () => Date.now() + 10 * 24 * 3600 * 1000;
    gateway.gate.open.recheck();
    expect(await text(stream)).toBe(`data: 1\n\n${endOf('certificate-expired')}`);
  });
});
