import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '@sluice/test-kit';
import { TestDevice } from '../testing/test-device.js';
import type { SentRecord } from '../testing/fake-gateway.js';
import { mtlsFetch } from './mtls-fetch.js';

describe('Fetch with a client certificate', () => {
  let directory: string;
  let server: Server;
  let test: TestDevice;
  let clients: string[];
  let reply: (response: ServerResponse, records: SentRecord[]) => void;

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'mtls-'));
    makeAuthority('plant');
    makeAuthority('stranger');
    makeCertificate('gateway', 'plant');
    makeCertificate('dev-1', 'plant');
    makeCertificate('intruder', 'stranger');
  });

  afterAll(() => rmSync(directory, { recursive: true }));

  function openssl(...args: string[]): void {
    execFileSync('openssl', args, { cwd: directory, stdio: 'pipe' });
  }

  function makeAuthority(name: string): void {
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', `${name}.key`];
    openssl('req', '-x509', ...key, '-out', `${name}.pem`, '-days', '1', '-subj', `/CN=${name}`);
  }

  function makeCertificate(name: string, authority: string): void {
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', `${name}.key`];
    openssl('req', ...key, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
    writeFileSync(join(directory, 'san'), 'subjectAltName=IP:127.0.0.1');
    const signed = [
      '-CA',
      `${authority}.pem`,
      '-CAkey',
      `${authority}.key`,
      '-CAcreateserial',
      '-days',
      '1',
      '-extfile',
      'san',
    ];
    openssl('x509', '-req', '-in', `${name}.csr`, ...signed, '-out', `${name}.pem`);
  }

  const pem = (file: string) => readFileSync(join(directory, file));
  const certificateOf = (name: string) => ({ key: pem(`${name}.key`), cert: pem(`${name}.pem`) });

  beforeEach(async () => {
    clients = [];
    reply = accept;
    const options = { ...certificateOf('gateway'), ca: pem('plant.pem'), requestCert: true };
    server = createServer(options, (request, response) => {
      clients.push(String((request.socket as TLSSocket).getPeerCertificate().subject.CN));
      void request
        .toArray()
        .then((chunks) => reply(response, JSON.parse(Buffer.concat(chunks as Buffer[]).toString()) as SentRecord[]));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  afterEach(async () => {
    await test.device.close({ timeoutMs: 0 });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  function accept(response: ServerResponse, records: SentRecord[]): void {
    const results = records.map(({ record_id }, index) => ({ index, status: 'accepted', record_id }));
    response.writeHead(202).end(JSON.stringify({ results }));
  }

  function start(name: string, authority: string): void {
    const endpoints = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    test = new TestDevice({ endpoints, fetch: mtlsFetch({ ...certificateOf(name), ca: pem(`${authority}.pem`) }) });
  }

  it('Fetch with a client certificate presents the certificate of the device, over one connection', async () => {
    start('dev-1', 'plant');
    for (const n of [1, 2]) {
      test.reportNumbers(n, n);
      await until(() => test.accepted.length === n);
    }
    expect(clients).toEqual(['dev-1', 'dev-1']);
  });

  it.each([
    ['the gateway does not know its authority', 'intruder', 'plant'],
    ['it does not know the authority of the gateway', 'dev-1', 'stranger'],
  ])('Fetch with a client certificate keeps the record when %s', async (_, name, authority) => {
    start(name, authority);
    test.reportNumbers(1, 1);
    await until(() => test.device.state().failures === 1);
    expect(test.device.state()).toMatchObject({ queued: 1, lastError: { code: 'unreachable' } });
    expect(clients).toEqual([]);
  });

  it('Fetch with a client certificate forwards status and headers, and notices half a body', async () => {
    start('dev-1', 'plant');
    reply = (response) => response.writeHead(429, { 'retry-after': '2' }).end();
    test.reportNumbers(1, 1);
    await until(() => test.device.state().failures === 1);
    await test.clock.advance(2499);
    expect(clients).toHaveLength(1);
    reply = (response) => response.writeHead(202, { 'content-length': 99 }).write('{', () => response.destroy());
    await test.clock.advance(1);
    await until(() => test.device.state().failures === 2);
    expect(test.device.state().lastError?.code).toBe('unreachable');
  });
});
