import { isIP, isIPv6 } from 'node:net';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { keepingLast } from '@sluice/contracts';
import { listOf, Networks } from '@sluice/ingest';
import { ProblemError } from './problem-error.js';

/** What decides which names a process answers to. The names are those of the settings. */
export interface HostOptions {
  /** Where the process listens. Left out: not on loopback alone. */
  host?: string;
  /** Names, with or without a port, separated by commas. */
  allowedHosts?: string;
  /** Origins whose pages may send records, separated by commas, or `*`. */
  corsOrigins?: string;
  /** Left out: `open`. */
  auth?: 'open' | 'tokens';
  tlsClientCaFile?: string;
}

/** RFC 3986, 3.2: without user information, which RFC 9110, 4.2.4 forbids. */
const AUTHORITY = /^(\[[0-9a-f:.]+\]|(?:[\w.~!$&'()*+,;=-]|%[0-9a-f]{2})+)(?::(\d{0,5}))?$/i;
const LOOPBACK = new Networks(['127.0.0.0/8', '::1']);
const MAX_PORT = 65_535;
const DEFAULT_PORTS: Readonly<Record<string, string>> = { http: '80', https: '443' };

interface Authority {
  /** In lower case; an IPv6 address without its brackets. */
  name: string;
  /** Empty: the default of the scheme. */
  port: string;
}

/**
 * What is wrong with the host that a request names, by RFC 9112, 3.2: a proxy on the way may have read another one.
 *
 * @throws ProblemError `bad-request`
 */
export function requireOneHost({ raw }: FastifyRequest): void {
  const { host } = raw.headers;
  if (!host) {
    if (raw.httpVersion === '1.1') throw malformed('HTTP/1.1 requires the header Host.');
  } else if (hostLines(raw) > 1) throw malformed('Send one header Host; this request has several.');
  const named = host ? readAuthority(host) : undefined;
  if (host && named === undefined)
    throw malformed('The header Host is not a name or an address with an optional port.');
  const [, scheme, target] = /^(https?):\/\/([^/?#]*)/i.exec(raw.url!) ?? [];
  if (scheme !== undefined) requireSame(named, readAuthority(target!), DEFAULT_PORTS[scheme.toLowerCase()]!);
}

function requireSame(host: Authority | undefined, target: Authority | undefined, defaultPort: string): void {
  if (target === undefined) throw malformed('The address in the request line has no valid host.');
  if (host === undefined) return;
  const isSame = host.name === target.name && (host.port || defaultPort) === (target.port || defaultPort);
  if (!isSame) throw malformed('The header Host differs from the host in the request line.');
}

function malformed(detail: string): ProblemError {
  return new ProblemError('bad-request', detail);
}

/** Node keeps the first of several. */
function hostLines({ rawHeaders }: IncomingMessage): number {
  let lines = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) if (rawHeaders[at]!.toLowerCase() === 'host') lines++;
  return lines;
}

/** Most requests name the host of the one before, and each is asked for it twice. */
const readAuthority = keepingLast(parseAuthority);

function parseAuthority(text: string): Authority | undefined {
  const [, host, port = ''] = AUTHORITY.exec(text) ?? [];
  if (host === undefined || Number(port) > MAX_PORT) return undefined;
  if (!host.startsWith('[')) return { name: host.toLowerCase(), port };
  const address = host.slice(1, -1).toLowerCase();
  return isIPv6(address) ? { name: address, port } : undefined;
}

/**
 * Refuses requests for names that are not ours, while access is open. A web page can have its own name resolve to this machine, and
 * its browser then takes our answers for those of that page (DNS rebinding); but the request still names the page's host.
 */
export class HostRule {
  private readonly isOpen: boolean;
  private readonly isOnLoopback: boolean;
  private readonly names: ReadonlySet<string>;
  private readonly origins: ReadonlySet<string>;

  constructor({ host = '', allowedHosts = '', corsOrigins = '', auth = 'open', tlsClientCaFile = '' }: HostOptions) {
    this.isOpen = auth === 'open' && tlsClientCaFile === '';
    this.isOnLoopback = host.toLowerCase() === 'localhost' || LOOPBACK.has(host);
    this.names = new Set(listOf(allowedHosts.toLowerCase()));
    this.origins = new Set(listOf(corsOrigins));
  }

  /**
   * On loopback this holds for every request, elsewhere for those of browsers: devices and scrapers may use any name there.
   *
   * @throws ProblemError `misdirected-request`
   */
  check(request: FastifyRequest): void {
    const { host } = request.raw.headers;
    if (!this.isOpen || !host || this.isOurs(host)) return;
    if (!this.isOnLoopback && (!isFromBrowser(request.raw.headers) || this.isAllowedPage(request))) return;
    const name = readAuthority(host)!.name.slice(0, 253);
    throw new ProblemError(
      'misdirected-request',
      `While access is open, this service does not answer for the host ${name}; add it to ALLOWED_HOSTS, or use an address.`,
    );
  }

  private isOurs(host: string): boolean {
    const { name, port } = readAuthority(host)!;
    if (isIP(name) !== 0 || name === 'localhost') return true;
    return this.names.has(name) || this.names.has(`${name}:${port}`);
  }

  /** Requests that pages of other origins may send, they may send to any host name. */
  private isAllowedPage({ routeOptions, headers: { origin } }: FastifyRequest): boolean {
    if (routeOptions.config.crossOrigin === undefined || origin === undefined) return false;
    return this.origins.has(origin) || this.origins.has('*');
  }
}

/**
 * By what browsers send and others do not. They send `Sec-Fetch-…` to HTTPS and loopback names only, and no `Origin` when a page
 * reads from its own host, so their `User-Agent` counts, too. Node's `fetch` sends `Sec-Fetch-Mode: cors` alone.
 */
function isFromBrowser(headers: IncomingHttpHeaders): boolean {
  if (headers.origin !== undefined || headers['user-agent']?.startsWith('Mozilla/')) return true;
  if ((headers['sec-fetch-mode'] ?? 'cors') !== 'cors') return true;
  return ['sec-fetch-site', 'sec-fetch-dest', 'sec-fetch-user'].some((name) => headers[name] !== undefined);
}
