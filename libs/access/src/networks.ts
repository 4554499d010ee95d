import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** Addresses and networks of both families. An IPv4 address is found in its mapped form (`::ffff:10.1.2.3`) as well. */
export class Networks {
  private readonly list = new BlockList();

  /** @param networks `10.0.0.0/8`, `fd00::/8`, `192.168.1.7`. @throws RangeError for what is none */
  constructor(networks: readonly string[]) {
    for (const network of networks) this.add(network);
  }

  /** @param address without a zone; what is no address is in no network */
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

/** `a, b` -> `['a', 'b']` */
export function listOf(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/**
 * The address that a request comes from. Each proxy adds, at the right end, the address that it was asked from; so the list is
 * read from the right for as long as the word of a trusted proxy stands behind it. What a client has written itself is never reached.
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

/** `::ffff:10.1.2.3` -> `10.1.2.3`: one client is one address. */
function unmapped(address: string): string {
  const bare = address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
  return isIPv4(bare) ? bare : address.split('%', 1)[0]!;
}
