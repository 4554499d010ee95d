import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { expiryOf, measureCertificates } from '@sluice/observability';
import { FakeClock } from '@sluice/test-kit';
import { certificateFiles } from './certificate-files.js';
import { CertificateWatch } from './certificate-watch.js';

const DAY_MS = 86_400_000;
const directory = mkdtempSync(join(tmpdir(), 'sluice-expiry-'));
const [long, short] = ['long', 'short'].map((name) => join(directory, `${name}.pem`)) as [string, string];

function make(path: string, days: number): void {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', `${path}.key`];
  execFileSync('openssl', ['req', '-x509', ...key, '-out', path, '-days', String(days), '-subj', '/CN=suite'], {
    stdio: 'pipe',
  });
}

beforeAll(() => {
  make(long, 400);
  make(short, 30);
});
afterAll(() => rmSync(directory, { recursive: true }));

const https = (path: string) => ({ use: 'https', setting: 'TLS_CERT_FILE', path }) as const;

function watch(...paths: string[]) {
  const lines: string[] = [];
  const logger = pino(
    { level: 'warn' },
    { write: (line) => void lines.push((JSON.parse(line) as { msg: string }).msg) },
  );
  const clock = new FakeClock(Date.now());
  return { clock, lines, watched: new CertificateWatch(paths.map(https), clock, logger) };
}

describe('A certificate', () => {
  it('A certificate that expires within 14 days is logged with its setting and its file', () => {
    const { clock, lines, watched } = watch(long, short);
    watched.check();
    clock.advance(15 * DAY_MS);
    watched.check();
    expect(lines).toEqual([]);
    clock.advance(2 * DAY_MS);
    watched.check();
    const at = new Date(expiryOf(https(short))!).toISOString();
    expect(lines).toEqual([
      `The certificate in TLS_CERT_FILE (${short}) expires in 12 days, at ${at}; replace the file.`,
    ]);
    clock.advance(20 * DAY_MS);
    watched.check();
    expect(lines.at(-1)).toContain(`expired at ${at}; replace the file.`);
  });

  it('A certificate that expires soon is logged at the start, and no timer is left', () => {
    const { clock, lines, watched } = watch(short);
    clock.advance(29 * DAY_MS);
    watched.onApplicationBootstrap();
    watched.onApplicationShutdown();
    expect(lines).toHaveLength(1);
  });

  it('A certificate counts with its chain, and the earliest expiry is used', () => {
    const chain = join(directory, 'chain.pem');
    writeFileSync(
      chain,
      `${readFileSync(`${long}.key`, 'utf8')}${readFileSync(long, 'utf8')}\n${readFileSync(short, 'utf8')}`,
    );
    expect(expiryOf(https(chain))).toBe(expiryOf(https(short)));
  });

  it('A certificate is in the metrics with the current file, and absent if the file is unreadable', async () => {
    const registry = new Registry();
    const path = join(directory, 'mounted.pem');
    measureCertificates(registry, [https(path)]);
    const value = async () => await registry.getSingleMetricAsString('sluice_certificate_expiry_timestamp_seconds');
    expect(await value()).not.toContain('use=');
    writeFileSync(path, 'no certificate');
    expect(await value()).not.toContain('use=');
    writeFileSync(path, readFileSync(short));
    expect(await value()).toContain(`{use="https"} ${expiryOf(https(short))! / 1000}`);
    writeFileSync(path, readFileSync(long));
    expect(await value()).toContain(`{use="https"} ${expiryOf(https(long))! / 1000}`);
  });
});

describe('The certificates of a process', () => {
  it('The certificates of a process are those of its HTTPS and of its logins', () => {
    const kafka = { tls: { certFile: '/kafka.pem', keyFile: '/kafka.key' } };
    const recordStoreUrl = 'mongodb://mongo/sluice?tls=true&tlscertificatekeyfile=%2Frun%2Fmongo.pem';
    expect(certificateFiles({ eventLog: { kafka }, recordStoreUrl, tlsCertFile: '/own.pem' })).toEqual([
      { use: 'https', setting: 'TLS_CERT_FILE', path: '/own.pem' },
      { use: 'event_log', setting: 'KAFKA_CERT_FILE', path: '/kafka.pem' },
      { use: 'record_store', setting: 'tlsCertificateKeyFile of RECORD_STORE_URL', path: '/run/mongo.pem' },
    ]);
    expect(certificateFiles({ eventLog: {}, recordStoreUrl: 'file:./data', tlsCertFile: '' })).toEqual([]);
    expect(certificateFiles({ eventLog: {}, recordStoreUrl: 'mongodb://mongo/sluice' })).toEqual([]);
  });
});
