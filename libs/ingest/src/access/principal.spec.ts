import { describe, expect, it } from '@jest/globals';
import { certificatePrincipal } from './certificate.js';
import { deviceHolder, devicesHolder, type Holder } from './holder.js';
import { mayIngestFor, mayRead } from './principal.js';

const principal = (holder: Holder) => ({ name: 'token 1', holders: [holder], scopes: ['ingest', 'read'] as const });

describe('A holder', () => {
  it.each([
    [deviceHolder('dev-2'), 'dev-2', true],
    [deviceHolder('dev-2'), 'dev-20', false],
    [deviceHolder('dev-2'), 'DEV-2', false],
    [devicesHolder('lab-7:*'), 'lab-7:a', true],
    [devicesHolder('lab-7:*'), 'lab-70:a', false],
    [devicesHolder('lab-7:*'), 'lab-7', false],
    [{ kind: 'readers' } as const, 'dev-2', false],
  ])('The holder %j may act for %s: %s', (holder, deviceId, expected) => {
    expect(mayIngestFor(principal(holder!), deviceId)).toBe(expected);
  });

  it.each(['*', 'lab-7:', 'lab-*-7', 'lab.**', 'lab,7:*', '', `${'a'.repeat(128)}*`])(
    'The value %j is not a holder',
    (pattern) => expect(devicesHolder(pattern)).toBeUndefined(),
  );
});

describe('Reading by a holder', () => {
  it.each([
    [{ kind: 'readers' } as const, undefined, true],
    [{ kind: 'readers' } as const, 'dev-2', true],
    [deviceHolder('dev-2'), 'dev-2', true],
    [deviceHolder('dev-2'), 'dev-3', false],
    [deviceHolder('dev-2'), undefined, false],
  ])('The holder %j may read device %s: %s', (holder, deviceId, expected) => {
    expect(mayRead(principal(holder!), deviceId)).toBe(expected);
    expect(mayRead({ ...principal(holder!), scopes: ['ingest'] }, deviceId)).toBe(false);
  });
});

describe('A certificate', () => {
  it.each([
    ['DNS:dev-2', [{ kind: 'device', deviceId: 'dev-2' }], ['ingest']],
    ['URI:urn:sluice:device:lab-7:a', [{ kind: 'device', deviceId: 'lab-7:a' }], ['ingest']],
    ['URI:urn:sluice:device:lab-7:*', [{ kind: 'devices', prefix: 'lab-7:' }], ['ingest']],
    ['URI:urn:sluice:readers', [{ kind: 'readers' }], ['read']],
    [
      'IP Address:10.0.0.1, DNS:dev-2, URI:urn:sluice:readers',
      [{ kind: 'device', deviceId: 'dev-2' }, { kind: 'readers' }],
      ['ingest', 'read'],
    ],
  ])('A certificate with %s identifies its holder', (altNames, holders, scopes) => {
    expect(certificatePrincipal(altNames)).toMatchObject({ holders, scopes });
  });

  it.each([undefined, '', 'email:dev-2', 'DNS:*', 'DNS:lab-7.*', 'URI:urn:sluice:device:*', 'DNS:"dev-2\\u002c x"'])(
    'A certificate with %s identifies no holder',
    (altNames) => expect(certificatePrincipal(altNames)).toBeUndefined(),
  );
});
