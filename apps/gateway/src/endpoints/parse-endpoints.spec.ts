import { describe, expect, it } from '@jest/globals';
import { EndpointListError } from './endpoint-list.js';
import { MAX_ENDPOINTS, parseEndpoints } from './parse-endpoints.js';

const parse = (text: string) => parseEndpoints(text, 'ENDPOINTS');
const urls = (text: string, deviceId: string) =>
  parse(text)
    .forDevice(deviceId)
    .map(({ url }) => url);

describe('A list of endpoints', () => {
  it('A list of endpoints is read from one line, or from many with comments', () => {
    const line = parse('https://a:8000 weight=2, https://b:8000 draining');
    const lines = parse(`
      # the hall
      https://a:8000 weight=2   # the new machine

      https://b:8000 draining
    `);
    expect(line.endpoints).toEqual([
      { url: 'https://a:8000', weight: 2, draining: false },
      { url: 'https://b:8000', weight: 1, draining: true },
    ]);
    expect(lines).toEqual(line);
  });

  it('A list of endpoints writes each address in one form', () => {
    expect(parse('HTTPS://Gateway.Plant:443/sluice/').endpoints[0]!.url).toBe('https://gateway.plant/sluice');
  });

  it.each<[string, RegExp]>([
    ['', /names 0 endpoints; allowed: 1 to 100/],
    [' ,\n# nothing\n', /names 0 endpoints/],
    [Array.from({ length: MAX_ENDPOINTS + 1 }, (_, at) => `http://g${at}`).join(), /names 101 endpoints/],
    ['a:8000', /"a:8000" is invalid: an endpoint is an http or https URL/],
    ['ftp://a', /an http or https URL/],
    ['http://a:99999', /an http or https URL/],
    ['http://a?x=1', /without user, query and fragment/],
    ['http://a, http://a/', /"http:\/\/a\/" is invalid: this endpoint is twice in the list/],
    ['http://a weigth=2', /"http:\/\/a weigth=2" .*allowed after the URL: weight=1 to weight=20, and draining/],
    ['http://a weight=0', /weight=1 to weight=20/],
    ['http://a weight=21', /weight=1 to weight=20/],
    ['http://a weight=1.5', /weight=1 to weight=20/],
    ['http://a, lab*7 -> http://a', /before -> give one device_id/],
    ['http://a, *-7 -> http://a', /before -> give one device_id/],
    ['http://a, dev-1 -> http://a -> http://a', /before -> give one device_id/],
    ['http://a, dev-1 ->', /an http or https URL/],
    ['http://a, dev-1 -> http://b', /http:\/\/b is none of the endpoints; add an entry for it/],
    ['http://a, dev-1 -> http://a, dev-1 -> http://a', /these devices stand twice/],
  ])('A list of endpoints is refused with its entry and what is allowed: %s', (text, message) => {
    expect(() => parse(text)).toThrow(EndpointListError);
    expect(() => parse(text)).toThrow(message);
    expect(() => parse(text)).toThrow(/^ENDPOINTS[: ]/);
  });

  it('A list of endpoints never shows a password', () => {
    expect(() => parse('http://me:secret@a')).toThrow(/\/\/…@a/);
    expect(() => parse('http://me:secret@a')).not.toThrow(/secret/);
  });
});

describe('Devices that are assigned to endpoints', () => {
  const four = 'http://a, http://b, http://c, http://d';

  it('Devices that are assigned to endpoints report there first, and know all others as fallbacks in their own order', () => {
    const plain = urls(four, 'lab-7:scale');
    const last = plain[3]!;
    expect(urls(`${four}, lab-7:* -> ${last}`, 'lab-7:scale')).toEqual([last, ...plain.slice(0, 3)]);
    expect(urls(`${four}, lab-7:* -> ${last}`, 'lab-8:scale')).toEqual(urls(four, 'lab-8:scale'));
  });

  it('Devices that are assigned to endpoints are spread over several by the hash', () => {
    const text = `${four}, lab-7:* -> http://a http://b`;
    const own = Array.from({ length: 100 }, (_, at) => urls(text, `lab-7:${at}`)[0]);
    expect(new Set(own)).toEqual(new Set(['http://a', 'http://b']));
  });

  it('Devices that are assigned to endpoints use the most precise entry, wherever it is in the list', () => {
    const text = `${four}, lab-* -> http://a, lab-7:s -> http://b, lab-7:* -> http://c`;
    expect(['lab-7:s', 'lab-7:scale', 'lab-8:s'].map((deviceId) => urls(text, deviceId)[0])).toEqual([
      'http://b',
      'http://c',
      'http://a',
    ]);
  });
});

describe('The version of a list', () => {
  const { version } = parse('http://a weight=2, http://b, dev-1 -> http://b');

  it('The version of a list is the same for the same list', () => {
    expect(parse('http://a  weight=2\nhttp://b/\ndev-1->http://b').version).toBe(version);
    expect(version).toMatch(/^[0-9a-f]{16}$/);
  });

  it.each([
    ['an endpoint', 'http://a weight=2, http://c, dev-1 -> http://a'],
    ['a weight', 'http://a weight=3, http://b, dev-1 -> http://b'],
    ['a state', 'http://a weight=2, http://b draining, dev-1 -> http://b'],
    ['an assignment', 'http://a weight=2, http://b, dev-1 -> http://a'],
  ])('The version of a list changes with %s', (_, text) => expect(parse(text).version).not.toBe(version));

  it('The version of a list changes when one of its endpoints begins to drain, and the order of devices does not', () => {
    const list = parse('http://a, http://b, http://c');
    const drained = list.withDraining((url) => url === 'http://b');
    expect(drained.version).not.toBe(list.version);
    expect(drained.forDevice('dev-1').map(({ url }) => url)).toEqual(list.forDevice('dev-1').map(({ url }) => url));
    expect(drained.endpoints.map(({ draining }) => draining)).toEqual([false, true, false]);
  });
});
