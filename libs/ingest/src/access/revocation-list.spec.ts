import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readCertificateFacts, readRevocationList } from './revocation-list.js';

const directory = mkdtempSync(join(tmpdir(), 'sluice-crl-'));
const path = (name: string): string => join(directory, name);
const openssl = (...args: readonly string[]): void => void execFileSync('openssl', args, { stdio: 'pipe' });
const CA = ['ca', '-config', path('ca.conf'), '-cert', path('ca.pem'), '-keyfile', path('ca.key')];

beforeAll(() => {
  const newKey = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const names = '/C=DE/O=The  Plant/CN=plant authority';
  openssl(...newKey, '-days', '20000', '-subj', names, '-keyout', path('ca.key'), '-out', path('ca.pem'));
  writeFileSync(path('index'), '');
  writeFileSync(path('number'), '01\n');
  const lines = ['[ca]', 'default_ca=list', '[list]', `database=${path('index')}`, 'default_md=sha256'];
  writeFileSync(path('ca.conf'), [...lines, `crlnumber=${path('number')}`, ''].join('\n'));
});
afterAll(() => rmSync(directory, { recursive: true }));

function listFor(days: number): Buffer {
  openssl(...CA, '-gencrl', '-crldays', String(days), '-out', path('crl.pem'));
  openssl('crl', '-in', path('crl.pem'), '-outform', 'DER', '-out', path('crl.der'));
  return readFileSync(path('crl.der'));
}

describe('A certificate', () => {
  it('A certificate has the facts that Node reads of it, beyond 2049 as well', () => {
    const certificate = new X509Certificate(readFileSync(path('ca.pem')));
    const { serial, notBeforeMs, notAfterMs } = readCertificateFacts(certificate.raw);
    expect(serial.replace(/^00/, '').toUpperCase()).toBe(certificate.serialNumber);
    expect([notBeforeMs, notAfterMs]).toEqual([certificate.validFromDate.getTime(), certificate.validToDate.getTime()]);
  });
});

describe('A revocation list', () => {
  it('A revocation list has the name of its authority, its time and the numbers on it', () => {
    const facts = readCertificateFacts(new X509Certificate(readFileSync(path('ca.pem'))).raw);
    const empty = readRevocationList(listFor(2));
    expect(empty.issuer).toBe(facts.issuer);
    expect(empty.nextUpdateMs - empty.thisUpdateMs).toBe(2 * 24 * 60 * 60 * 1000);
    expect([...empty.serials]).toEqual([]);
    openssl(...CA, '-revoke', path('ca.pem'));
    expect([...readRevocationList(listFor(20_000)).serials]).toEqual([facts.serial]);
  });

  it('A revocation list that is cut short or changed is read or refused, and never more than its bytes', () => {
    const list = listFor(2);
    const harm = fc.record({ at: fc.nat(list.length - 1), value: fc.nat(255), length: fc.nat(list.length) });
    fc.assert(
      fc.property(harm, ({ at, value, length }) => {
        const harmed = Buffer.from(list.subarray(0, length));
        if (at < length) harmed[at] = value;
        try {
          readRevocationList(harmed);
        } catch (error) {
          expect(['RangeError', 'TypeError']).toContain((error as Error).name);
        }
      }),
    );
  });
});
