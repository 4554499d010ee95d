import { writeFileSync, utimesSync } from 'node:fs';
import { afterAll, describe, expect, it } from '@jest/globals';
import { TestCertificates } from '@sluice/test-kit';
import { TlsContext } from './tls-context.js';

const certificates = new TestCertificates();
afterAll(() => certificates.remove());

describe('TlsContext', () => {
  const files = { ...certificates.sign('gateway'), caFile: certificates.caFile };
  const lines: string[] = [];
  const context = new TlsContext(files, (_, line) => lines.push(line));

  it('The certificate of the broker is always checked', () => {
    expect(context.options()).toMatchObject({ rejectUnauthorized: true });
  });

  it('Files are read once, and again when they have changed', () => {
    const first = context.options().secureContext;
    expect(context.options().secureContext).toBe(first);
    certificates.sign('gateway');
    utimesSync(files.certFile, 1, 1);
    expect(context.options().secureContext).not.toBe(first);
  });

  it('The last valid state stays active when files become invalid, with one line', () => {
    const good = context.options().secureContext;
    writeFileSync(files.certFile, 'half a certifi');
    expect(context.options().secureContext).toBe(good);
    expect(context.options().secureContext).toBe(good);
    expect(lines).toEqual([expect.stringMatching(/are invalid: ERR_OSSL_\S+\. The last valid ones stay active\.$/)]);
  });
});
