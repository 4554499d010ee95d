import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AccessGate } from '@sluice/gateway';
import { openTokenStore } from '@sluice/engines';
import { allCallers, type Caller, ClientCertificates, walk } from '@sluice/http/testing';
import { StandaloneUnderTest } from './testing/standalone-under-test.js';

const certificates = new ClientCertificates();
const directory = mkdtempSync(join(tmpdir(), 'sluice-access-'));
let standalone: StandaloneUnderTest;
let callers: Caller[];

beforeAll(async () => {
  const recordStoreUrl = `file:${directory}`;
  const store = await openTokenStore({ url: recordStoreUrl, clientId: 'suite', timeoutMs: 5_000 });
  callers = await allCallers(certificates, store as Parameters<typeof allCallers>[1]);
  await store.close();
  standalone = await StandaloneUnderTest.start({
    AUTH: 'tokens',
    RECORD_STORE_URL: recordStoreUrl,
    TLS_CERT_FILE: certificates.server.cert,
    TLS_KEY_FILE: certificates.server.key,
    TLS_CLIENT_CA_FILE: certificates.authority.cert,
  });
  await standalone.app.get(AccessGate, { strict: false }).feed!.refresh();
});
afterAll(async () => {
  await standalone.stop();
  certificates.remove();
  rmSync(directory, { recursive: true });
});

describe('Every route of the whole pipeline in one process', () => {
  it('Every route answers every kind of token and certificate as it declares', async () => {
    const url = standalone.url.replace('http:', 'https:');
    const { routes } = standalone;
    const { asked, wrong } = await walk({ url, ca: readFileSync(certificates.authority.cert), routes, callers });
    expect(wrong).toEqual([]);
    expect(asked).toBeGreaterThan(1000);
  }, 180_000);

  it('Every route declares its access, except for the methods that a source does not accept', () => {
    const undeclared = standalone.routes.filter(({ access }) => access === undefined);
    expect([...new Set(undeclared.map(({ url }) => url))]).toEqual(['/ingest/from/:source']);
  });
});
