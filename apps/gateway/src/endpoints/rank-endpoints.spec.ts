import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { rankEndpoints, type Weighted } from './rank-endpoints.js';

const DEVICES = Array.from({ length: 10_000 }, (_, at) => `line-${at % 40}:dev-${at}`);
const gateways = (count: number): Weighted[] =>
  Array.from({ length: count }, (_, at) => ({ url: `https://gateway-${at + 1}.plant:8443`, weight: 1 }));

/** Where each of the devices reports. */
function ownEndpoints(endpoints: readonly Weighted[]): Map<string, string> {
  return new Map(DEVICES.map((deviceId) => [deviceId, rankEndpoints(deviceId, endpoints)[0]!.url]));
}

function countByEndpoint(own: Iterable<string>): Map<string, number> {
  return new Map([...Map.groupBy(own, (url) => url)].map(([url, all]) => [url, all.length]));
}

describe('The order of endpoints of a device', () => {
  it('The order of endpoints of a device gives each of 8 endpoints within 10 % of an even share of 10,000 devices', () => {
    const counts = countByEndpoint(ownEndpoints(gateways(8)).values());
    for (const [, count] of counts) expect(Math.abs(count / 1250 - 1)).toBeLessThan(0.1);
    expect(counts.size).toBe(8);
  });

  it.each([2, 5, 8])(
    'The order of endpoints of a device moves only the devices of the endpoint that leaves, and spreads them evenly: %i',
    (count) => {
      const all = gateways(count);
      const before = ownEndpoints(all);
      const leaving = all[1]!.url;
      const after = ownEndpoints(all.filter(({ url }) => url !== leaving));
      const moved = DEVICES.filter((deviceId) => before.get(deviceId) !== after.get(deviceId));
      expect(moved).toEqual(DEVICES.filter((deviceId) => before.get(deviceId) === leaving));
      const fair = moved.length / (count - 1);
      const spread = countByEndpoint(moved.map((deviceId) => after.get(deviceId)!));
      for (const [, arrivals] of spread) expect(Math.abs(arrivals / fair - 1)).toBeLessThan(0.2);
      expect(spread.size).toBe(count - 1);
    },
  );

  it('The order of endpoints of a device moves devices only to an endpoint that joins, about one device in n', () => {
    const before = ownEndpoints(gateways(7));
    const after = ownEndpoints(gateways(8));
    const moved = DEVICES.filter((deviceId) => before.get(deviceId) !== after.get(deviceId));
    expect(new Set(moved.map((deviceId) => after.get(deviceId)))).toEqual(new Set([gateways(8)[7]!.url]));
    expect(moved.length).toBeLessThan((DEVICES.length / 8) * 1.1);
  });

  it('The order of endpoints of a device gives shares in proportion to the weights', () => {
    const endpoints = gateways(4).map((endpoint, at) => ({ ...endpoint, weight: at + 1 }));
    const counts = countByEndpoint(ownEndpoints(endpoints).values());
    for (const { url, weight } of endpoints) {
      expect(Math.abs(counts.get(url)! / (weight * 1000) - 1)).toBeLessThan(0.1);
    }
  });

  it('The order of endpoints of a device moves devices only towards the endpoint whose weight grows', () => {
    const endpoints = gateways(4);
    const before = ownEndpoints(endpoints);
    const heavier = endpoints.map((endpoint, at) => (at === 2 ? { ...endpoint, weight: 3 } : endpoint));
    const after = ownEndpoints(heavier);
    const goals = DEVICES.filter((id) => before.get(id) !== after.get(id)).map((id) => after.get(id));
    expect(new Set(goals)).toEqual(new Set([endpoints[2]!.url]));
  });

  it('The order of endpoints of a device keeps the order of those that stay, whatever leaves and however the list is sorted', () => {
    const lists = fc.uniqueArray(
      fc.record({ url: fc.webUrl({ validSchemes: ['http', 'https'] }), weight: fc.integer({ min: 1, max: 20 }) }),
      { selector: ({ url }) => url, minLength: 1, maxLength: 8 },
    );
    const deviceIds = fc.stringMatching(/^[A-Za-z0-9._:-]{1,20}$/);
    fc.assert(
      fc.property(lists, deviceIds, fc.nat(), (list, deviceId, at) => {
        const leaving = list[at % list.length]!;
        const ranked = rankEndpoints(deviceId, list).filter((endpoint) => endpoint !== leaving);
        const staying = list.filter((endpoint) => endpoint !== leaving).reverse();
        expect(rankEndpoints(deviceId, staying)).toEqual(ranked);
      }),
    );
  });
});
