import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Device } from './device.js';
import { settingsOf, type DeviceOptions } from './options.js';

const GOOD = { deviceId: 'dev-1', endpoints: 'http://own.test' };

describe('The options of a device', () => {
  it.each<[string, object]>([
    ['deviceId', { deviceId: '' }],
    ['deviceId', { deviceId: 'a*b' }],
    ['deviceId', { deviceId: 7 }],
    ['endpoints', { endpoints: [] }],
    ['endpoints[0]', { endpoints: undefined }],
    ['endpoints[0]', { endpoints: 'own.test:8000' }],
    ['endpoints[0]', { endpoints: 'ftp://own.test' }],
    ['endpoints[0]', { endpoints: 'http://user:secret@own.test' }],
    ['endpoints[0]', { endpoints: 'http://own.test/?a=1' }],
    ['endpoints[0]', { endpoints: 'http://own.test:99999' }],
    ['endpoints[1]', { endpoints: ['http://own.test', null] }],
    ['endpoints', { endpoints: ['http://own.test', 'http://own.test/'] }],
    ['endpoint', { endpoint: 'http://own.test' }],
    ['batch.maxCount', { batch: { maxCount: 1 } }],
    ['batch.maxRecords', { batch: { maxRecords: 0 } }],
    ['batch.maxAgeMs', { batch: { maxAgeMs: Number.NaN } }],
    ['queue.maxBytes', { queue: { maxBytes: '16 MiB' } }],
    ['queue.whenFull', { queue: { whenFull: 'wait' } }],
    ['queue.storage', { queue: { storage: '/var/lib/queue' } }],
    ['queue.storage', { queue: { storage: Promise.resolve() } }],
    ['retry.perSuccess', { retry: { perSuccess: 2 } }],
    ['circuit.openMs', { circuit: { openMs: -1 } }],
    ['requestTimeoutMs', { requestTimeoutMs: Infinity }],
    ['token', { token: '' }],
    ['token', { token: 'two words' }],
    ['fetch', { fetch: {} }],
    ['onRejected', { onRejected: 'log it' }],
    ['directory', { directory: 'http://own.test' }],
  ])('The check of device options names %s when it is invalid', (option, wrong) => {
    const options = { ...GOOD, ...wrong } as DeviceOptions;
    const message = expect.stringContaining(`The option ${option} `);
    expect(() => new Device(options)).toThrow(expect.objectContaining({ code: 'invalid-option', message }));
  });

  it('The check of device options never repeats a token in a message', () => {
    const options = { ...GOOD, token: 'se cret' };
    expect(() => new Device(options)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('cret') }),
    );
  });

  it('The check of device options accepts the minimum of options', () => {
    expect(new Device(GOOD).state()).toMatchObject({ queued: 0, lastError: undefined });
  });

  describe('The README', () => {
    const readme = readFileSync(join(import.meta.dirname, '..', 'README.md'), 'utf8');
    const ROW = /^\| `([\w.]+)` \| (?:([\d.]+) \| (\d+) to (\d+) )?/gm;
    const rows = [
      ...readme.slice(readme.indexOf('## Options'), readme.indexOf('Handlers, all optional')).matchAll(ROW),
    ];
    const numbers = rows.filter(([, , byDefault]) => byDefault !== undefined);

    const nested = (name: string, value: unknown): object => {
      const [group, key] = name.split('.');
      return key === undefined ? { [name]: value } : { [group!]: { [key]: value } };
    };

    it.each(numbers.map(([, name, ...values]) => [name!, ...values.map(Number)] as const))(
      'The README has the default and the range of %s',
      (name, byDefault, least, greatest) => {
        expect(settingsOf(GOOD)).toMatchObject(nested(name, byDefault));
        for (const value of [least, greatest]) {
          expect(settingsOf({ ...GOOD, ...nested(name, value) })).toMatchObject(nested(name, value));
        }
        for (const value of [least! - 1, greatest! + 1]) {
          expect(() => settingsOf({ ...GOOD, ...nested(name, value) })).toThrow(`from ${least} to ${greatest}`);
        }
      },
    );

    it('The README has all options', () => {
      const { batch, queue, retry, circuit } = settingsOf(GOOD);
      const { refillMs, ...retryOptions } = retry;
      const groups = Object.entries({ batch, queue, retry: retryOptions, circuit });
      const names = groups.flatMap(([group, options]) => Object.keys(options).map((name) => `${group}.${name}`));
      expect(refillMs).toBe(retry.maxDelayMs);
      expect(rows.map(([, name]) => name)).toEqual(
        expect.arrayContaining([...names, 'queue.storage', 'requestTimeoutMs']),
      );
    });
  });
});
