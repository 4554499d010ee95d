import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { examineCertificates } from './examine-certificates.js';
import { Report } from './report.js';

const DAY_MS = 86_400_000;
const directory = mkdtempSync(join(tmpdir(), 'sluice-doctor-'));
const path = join(directory, 'cert.pem');
const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', `${path}.key`];
execFileSync('openssl', ['req', '-x509', ...key, '-out', path, '-days', '30', '-subj', '/CN=suite'], { stdio: 'pipe' });
afterAll(() => rmSync(directory, { recursive: true }));

it.each([
  ['is valid for long', 0, path, /^ {2}ok {8}KAFKA_CERT_FILE is valid until \d{4}-/, false],
  ['expires soon', 20, path, /^ {2}note {6}The certificate in KAFKA_CERT_FILE .* expires in 9 days, at /, false],
  ['has expired', 31, path, /^ {2}MISSING {3}The certificate in KAFKA_CERT_FILE .* expired at /, true],
  ['cannot be read', 0, '/nowhere.pem', /^ {2}MISSING {3}KAFKA_CERT_FILE: \/nowhere\.pem cannot be read/, true],
])('The command sluice doctor reports that a certificate %s', (_, days, file, line, isMissing) => {
  const lines: string[] = [];
  const report = new Report({ out: (text) => void lines.push(text), note: () => undefined });
  const files = [{ use: 'event_log', setting: 'KAFKA_CERT_FILE', path: file }] as const;
  examineCertificates(files, Date.now() + days * DAY_MS, report);
  expect(lines[0]).toBe('certificates');
  expect(lines[1]).toMatch(line);
  expect(report.isMissing).toBe(isMissing);
});
