import { readFileSync } from 'node:fs';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { type CertifiedKey, TestCertificates } from '@sluice/test-kit';
import { recordsToStore, STORED_AT_MS } from '@sluice/record-store/testing';
import { MongoRecordStore } from './mongo-record-store.js';
import { MongoDatabases, requireServerUrl } from './testing/mongo-databases.js';
import { UnreliableNetwork } from './testing/unreliable-network.js';

const certificates = new TestCertificates();
const databases = new MongoDatabases();
const server = certificates.sign('server');
const CA = { tlsCAFile: certificates.caFile };

/** In one file, as the driver reads it. */
function pemOf(key: CertifiedKey, name: string): string {
  return `${certificates.folder}/${certificates.keystore(key, name)}`;
}

describe('A MongoDB server behind TLS', () => {
  const open: { close(): Promise<void> }[] = [];

  afterEach(async () => {
    for (const one of open.splice(0).reverse()) await one.close();
  });
  afterAll(async () => {
    await databases.drop();
    certificates.remove();
  });

  /** The server of the suite behind a proxy that ends TLS. */
  async function proxyWith({ certFile, keyFile }: CertifiedKey, requiresCertificate = false) {
    const [cert, key, ca] = [certFile, keyFile, certificates.caFile].map((path) => readFileSync(path));
    const demands = requiresCertificate ? { requestCert: true, rejectUnauthorized: true } : {};
    const network = new UnreliableNetwork(new URL(requireServerUrl()), { cert: cert!, key: key!, ca: ca!, ...demands });
    open.push(network);
    return { network, url: await network.open() };
  }

  function storeAt(address: URL, parameters: Record<string, string>): MongoRecordStore {
    const options = databases.newOptions(3_000);
    const url = new URL(options.url);
    url.host = address.host;
    [url.username, url.password] = [address.username, address.password];
    for (const [name, value] of Object.entries({ tls: 'true', ...parameters })) url.searchParams.set(name, value);
    const store = new MongoRecordStore({ ...options, url: url.href });
    open.push(store);
    return store;
  }

  async function expectWorking(store: MongoRecordStore): Promise<void> {
    const records = recordsToStore(20);
    await store.prepare();
    expect(await store.writer.write(records, STORED_AT_MS)).toEqual(records.map(() => ({ status: 'stored' })));
    expect((await store.reader.page({}, 100)).records).toHaveLength(20);
  }

  async function troubleOf(store: MongoRecordStore) {
    const error: unknown = await store.ping().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'RecordStoreError', code: 'unavailable' });
    return (error as { trouble: { code: string; sentence: string } }).trouble;
  }

  it('Records are written and read with the authority of the URL', async () => {
    const { url } = await proxyWith(server);
    await expectWorking(storeAt(url, CA));
  });

  it('The client certificate of the URL is shown to a server that requires one', async () => {
    const { url } = await proxyWith(server, true);
    const tlsCertificateKeyFile = pemOf(certificates.sign('worker'), 'worker.both.pem');
    await expectWorking(storeAt(url, { ...CA, tlsCertificateKeyFile }));
  });

  it('Connections that end are made again, with TLS', async () => {
    const { network, url } = await proxyWith(server);
    const store = storeAt(url, CA);
    await expectWorking(store);
    network.cutAll();
    // The driver notices the lost connections with the next operation.
    await store.ping().catch(() => store.ping());
    expect((await store.reader.page({}, 100)).records).toHaveLength(20);
  });

  it.each([
    ['an authority that has not signed it', server, { tlsCAFile: certificates.authority('other').certFile }],
    ['no authority', server, {}],
    ['a certificate that has expired', certificates.sign('server', { days: -1, file: 'expired' }), CA],
    ['a certificate of another host', certificates.sign('server', { names: 'DNS:db.test', file: 'elsewhere' }), CA],
    ['a file of authorities that is not there', server, { tlsCAFile: `${certificates.folder}/none.pem` }],
  ])('The error names the certificate with %s', async (_, key, parameters: Record<string, string>) => {
    const { url } = await proxyWith(key);
    expect(await troubleOf(storeAt(url, parameters))).toMatchObject({ code: 'certificate' });
  });

  it('The error names the certificate that a server requires and does not get', async () => {
    const { url } = await proxyWith(server, true);
    const { code } = await troubleOf(storeAt(url, CA));
    expect(['certificate', 'network']).toContain(code);
  });

  it('The error names tls=true where a server wants it', async () => {
    const { url } = await proxyWith(server);
    const { code, sentence } = await troubleOf(storeAt(url, { tls: 'false' }));
    expect({ code, sentence }).toEqual({ code: 'network', sentence: expect.stringContaining('tls=true') });
  });

  it('No error repeats the password of the URL', async () => {
    const { url } = await proxyWith(certificates.sign('server', { days: -1, file: 'expired-again' }));
    [url.username, url.password] = ['sluice', 'hunter2'];
    const store = storeAt(url, CA);
    const error = (await store.ping().catch((thrown: unknown) => thrown)) as Error;
    expect(error.message).toContain('certificate');
    expect(error.message).not.toContain('hunter2');
  });
});
