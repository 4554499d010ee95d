import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { KnownDevices } from './known-devices.js';

describe('Known devices', () => {
  it('Known devices are those in the bytes, whichever came before', () => {
    const devices = new KnownDevices();
    // Few letters, so that ids come again and share slots.
    const ids = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '-', '7'), minLength: 1, maxLength: 7 }), {
      maxLength: 200,
    });
    fc.assert(
      fc.property(ids, (sent) => {
        for (const id of sent) {
          const device = devices.in(Buffer.from(`"${id}"`), 1, 1 + id.length);
          expect([device.id, String(device.key)]).toEqual([id, id]);
        }
      }),
    );
  });

  it('Known devices keep their key, in memory that is not that of the body', () => {
    const devices = new KnownDevices();
    const body = Buffer.from('sensor-7 sensor-7');
    const { key } = devices.in(body, 0, 8);
    expect(devices.in(body, 9, 17).key).toBe(key);
    body.fill('x');
    expect(String(key)).toBe('sensor-7');
  });

  it('Known devices are forgotten when others take their places', () => {
    const devices = new KnownDevices();
    const idOf = (index: number) => Buffer.from(`sensor-${index}`);
    const first = devices.in(idOf(0), 0, idOf(0).length);
    for (let index = 1; index < 100_000; index++) devices.in(idOf(index), 0, idOf(index).length);
    expect(devices.in(idOf(0), 0, idOf(0).length)).not.toBe(first);
  });
});
