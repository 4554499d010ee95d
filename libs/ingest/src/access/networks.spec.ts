import { describe, expect, it } from '@jest/globals';
import { clientAddress, rateLimitKey, listOf, Networks, hostInUrl } from './networks.js';

const networks = new Networks(listOf('10.0.0.0/8, 192.168.1.7 ,fd00::/8,::1'));

describe('Networks', () => {
  it.each(['10.0.0.0', '10.255.255.255', '192.168.1.7', 'fd12::1', '::1', '::ffff:10.1.2.3', '::ffff:a01:203'])(
    'Networks contain %s',
    (address) => expect(networks.has(address)).toBe(true),
  );

  it.each([
    '11.0.0.0',
    '192.168.1.8',
    'fe80::1',
    '::2',
    '::ffff:11.1.2.3',
    '',
    'localhost',
    '10.1',
    '010.1.2.3',
    'a'.repeat(9999),
  ])('Networks do not contain %s', (address) => expect(networks.has(address)).toBe(false));

  it.each([
    '10.0.0.0/33',
    'fd00::/129',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0/8',
    'host',
    '10.0.0.0/-1',
    '10.0.0.0/1e1',
  ])('The text %s is not a network', (text) => expect(() => new Networks([text])).toThrow(RangeError));
});

describe('The address of a client', () => {
  const proxies = new Networks(['10.0.0.0/8']);

  it.each([
    ['its own, without a proxy', '203.0.113.5', undefined, '203.0.113.5'],
    ['its own, whatever it claims', '203.0.113.5', '10.9.9.9', '203.0.113.5'],
    ['what a trusted proxy says', '10.0.0.1', '203.0.113.5', '203.0.113.5'],
    ['what the last of trusted proxies says', '10.0.0.1', '203.0.113.5, 10.0.0.2', '203.0.113.5'],
    ['not what the client wrote before it', '10.0.0.1', '10.7.7.7, 203.0.113.5', '203.0.113.5'],
    ['the proxy, when that says nothing', '10.0.0.1', undefined, '10.0.0.1'],
    ['in its plain form', '::ffff:203.0.113.5', undefined, '203.0.113.5'],
    ['in its plain form behind a mapped proxy', '::ffff:10.0.0.1', '::ffff:203.0.113.5', '203.0.113.5'],
    ['without a zone', 'fe80::1%eth0', undefined, 'fe80::1'],
    ['what the proxy says, even nonsense: it is in no network', '10.0.0.1', 'unknown', 'unknown'],
  ])('The address of a client is %s', (_, peer, forwardedFor, expected) => {
    expect(clientAddress(peer, forwardedFor, proxies)).toBe(expected);
  });
});

describe('The network that a limit of an address counts as one', () => {
  it.each([
    ['203.0.113.5', '203.0.113.5'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:DB8:01:0002::1', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['2001:db8::7:ffff:0:0:2', '2001:db8:0:7'],
    ['::1', '0:0:0:0'],
    ['::', '0:0:0:0'],
    ['1:2:3::', '1:2:3:0'],
    ['::2:3:4:5:6:7:8', '0:2:3:4'],
    ['64:ff9b::192.0.2.1', '64:ff9b:0:0'],
    ['1:2:3:4:5:6:192.0.2.1', '1:2:3:4'],
    ['::3:4:5:6:192.0.2.1', '0:0:3:4'],
    ['unknown', 'unknown'],
  ])('A limit of an address counts %s as %s', (address, expected) => expect(rateLimitKey(address)).toBe(expected));
});

describe('hostInUrl', () => {
  it.each([
    ['::1', '[::1]'],
    ['127.0.0.1', '127.0.0.1'],
    ['localhost', 'localhost'],
  ])('hostInUrl writes %s as %s', (host, written) => {
    expect(hostInUrl(host)).toBe(written);
  });
});
