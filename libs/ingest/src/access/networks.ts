import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** Addresses and networks of both families. An IPv4 address is found in its mapped form (`::ffff:10.1.2.3`) as well. */
export class Networks {
  private readonly list = new BlockList();

  /** @param networks `10.0.0.0/8`, `fd00::/8`, `192.168.1.7`. @throws RangeError for what is none */
  constructor(networks: readonly string[]) {
    for (const network of networks) this.add(network);
  }

  /** @param address without a zone; a text that is not an address is in no network */
  has(address: string): boolean {
    if (isIPv4(address)) return this.list.check(address, 'ipv4');
    return isIPv6(address) && this.list.check(address, 'ipv6');
  }

  private add(network: string): void {
    const [address = '', bits, ...more] = network.split('/');
    const family = isIPv4(address) ? 'ipv4' : isIPv6(address) ? 'ipv6' : undefined;
    const most = family === 'ipv4' ? 32 : 128;
    const prefix = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : NaN;
    if (family === undefined || more.length > 0 || !(prefix <= most)) throw new RangeError(`${network} is no network`);
    this.list.addSubnet(address, prefix, family);
  }
}

const LOOPBACK = new Networks(['127.0.0.0/8', '::1']);

/** As in a URL: an IPv6 address has brackets. */
export function hostInUrl(host: string): string {
  return isIPv6(host) ? `[${host}]` : host;
}

/** Whether only this machine reaches what listens here. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || LOOPBACK.has(host);
}

/** The largest private networks: 10.0.0.0/8 (RFC 1918) and fc00::/7 (RFC 4193). */
const PRIVATE_BITS = { ipv4: 8, ipv6: 7 };
const MAPPED = '::ffff:';
const MAPPED_BITS = 96;

/** Whether a network has more addresses than any private one, so that public ones are among them. */
export function widerThanPrivate(network: string): boolean {
  const [address = '', bits] = network.split('/');
  if (bits === undefined) return false;
  if (isIPv4(address)) return Number(bits) < PRIVATE_BITS.ipv4;
  const isMapped = address.toLowerCase().startsWith(MAPPED) && Number(bits) >= MAPPED_BITS;
  return isMapped ? Number(bits) - MAPPED_BITS < PRIVATE_BITS.ipv4 : Number(bits) < PRIVATE_BITS.ipv6;
}

/** `a, b` -> `['a', 'b']` */
export function listOf(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/**
 * The address of a request's sender. Each proxy appends the address of its own peer at the right end, so the list is read from the
 * right while the entry was written by a trusted proxy. Entries that a client has written are never reached.
 *
 * @param peer address of the other end of the connection
 * @param forwardedFor the header `X-Forwarded-For`
 */
export function clientAddress(peer: string, forwardedFor: string | undefined, proxies: Networks): string {
  let address = unmapped(peer);
  if (forwardedFor === undefined) return address;
  for (const hop of listOf(forwardedFor).reverse()) {
    if (!proxies.has(address)) return address;
    address = unmapped(hop);
  }
  return address;
}

const IPV6_GROUPS = 8;

/**
 * The key of a limit by address. The owner of one IPv6 address usually has all of its /64 network, so that is one sender: its first
 * four groups. A text that is not an IPv6 address is returned unchanged.
 */
export function rateLimitKey(address: string): string {
  if (!isIPv6(address)) return address;
  const [start, end] = address.split('::').map((part) => part.split(':').filter(Boolean));
  // The last 32 bits may be written as an IPv4 address, which counts as two groups.
  const written = start!.length + (end?.length ?? 0) + (address.includes('.') ? 1 : 0);
  const groups =
    end === undefined ? start! : [...start!, ...new Array<string>(IPV6_GROUPS - written).fill('0'), ...end];
  return groups
    .slice(0, 4)
    .map((group) => parseInt(group, 16).toString(16))
    .join(':');
}

/** `::ffff:10.1.2.3` -> `10.1.2.3`: one client is one address. */
function unmapped(address: string): string {
  const bare = address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
  return isIPv4(bare) ? bare : address.split('%', 1)[0]!;
}
