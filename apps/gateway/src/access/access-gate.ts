import type { FastifyRequest } from 'fastify';
import { clientAddress, countedAs, listOf, Networks, type Principal } from '@sluice/ingest';
import type { Clock } from '@sluice/async';
import type { ProblemError } from '@sluice/http';
import type { AccessOptions } from './access.settings.js';
import { AccessWatch } from './access-watch.js';
import { certificateOn } from './client-certificate.js';
import type { RateLimits, Sender } from './rate-limits.js';
import { certificateNeeded, nameless, notLoaded, outsideNetworks, unauthorized } from './refusals.js';
import { requireAccess } from './require-access.js';
import type { TokenFeed } from './token-feed.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who has sent it and what is counted against them; `undefined` where access is open and nothing is limited. */
    sender?: Sender;
  }
}

/** Decides by what the route declares and by the headers, before the body is read, whether a request goes on. */
export class AccessGate {
  private readonly allowed: Networks | undefined;
  private readonly proxies: Networks;
  private readonly wantsCertificate: boolean;
  private readonly usesAddress: boolean;
  /** Those whose answers are under way. */
  readonly open: AccessWatch;

  constructor(
    options: AccessOptions,
    /** Where tokens are asked for. */
    readonly feed: TokenFeed | undefined,
    private readonly limits: RateLimits,
    private readonly clock: Clock,
  ) {
    this.allowed = options.allowedNetworks === '' ? undefined : new Networks(listOf(options.allowedNetworks));
    this.proxies = new Networks(listOf(options.trustedProxies));
    this.wantsCertificate = options.tlsClientCaFile !== '';
    this.usesAddress = this.allowed !== undefined || limits.countSenders;
    this.open = new AccessWatch(clock);
    feed?.onChange(() => this.open.recheck());
  }

  /** Whether everybody may do everything, as much as they like: then no request needs to be looked at. */
  get isWideOpen(): boolean {
    return this.allowed === undefined && !this.asksWho && !this.limits.countSenders;
  }

  /** Who may send and read, in words: the end of a sentence that begins with "access is". */
  get summary(): string {
    const networks = this.allowed === undefined ? '' : ', from the allowed networks only';
    if (!this.asksWho) return `open: whoever reaches the address can send and read${networks}`;
    const asked = [this.feed && 'a token', this.wantsCertificate && 'a client certificate'].filter(Boolean);
    return `restricted: every request needs ${asked.join(' or ')}${networks}`;
  }

  /** @throws ProblemError `forbidden`, `unauthorized`, `store-unavailable` */
  admit(request: FastifyRequest): void {
    const { config } = request.routeOptions;
    if (config.isProbe) return;
    const address = this.usesAddress ? this.addressOf(request) : '';
    if (this.allowed?.has(address) === false) throw outsideNetworks();
    if (config.access === 'open') return;
    const principal = this.asksWho ? this.identify(request) : undefined;
    if (principal !== undefined) requireAccess(principal, request);
    request.sender = { principal, address: this.limits.countSenders ? countedAs(address) : address };
  }

  /** Whether the connection of this request shows a certificate that is not, or no longer, accepted. */
  refusesCertificateOf({ raw }: FastifyRequest): boolean {
    return certificateOn(raw.socket, this.clock.now()).fault !== undefined;
  }

  /** Calls back if what this request has proved no longer holds. @returns what ends the watch */
  watch({ sender }: FastifyRequest, onEnd: (reason: string) => void): () => void {
    return sender?.principal === undefined ? () => undefined : this.open.watch(sender.principal, onEnd);
  }

  private get asksWho(): boolean {
    return this.feed !== undefined || this.wantsCertificate;
  }

  private addressOf({ raw }: FastifyRequest): string {
    // Where the header is there more than once, Node has joined its values with commas.
    const forwardedFor = raw.headers['x-forwarded-for'] as string | undefined;
    return clientAddress(raw.socket.remoteAddress ?? '', forwardedFor, this.proxies);
  }

  /** A token that is sent says who it is; else the certificate does. */
  private identify({ headers, raw }: FastifyRequest): Principal {
    const sendsToken = this.feed !== undefined && headers.authorization !== undefined;
    if (this.wantsCertificate && !sendsToken) {
      const { isShown, fault, principal } = certificateOn(raw.socket, this.clock.now());
      if (isShown && fault === undefined) return principal ?? refuse(nameless());
      if (isShown || this.feed === undefined) throw certificateNeeded(fault);
    }
    return this.holderOf(headers.authorization, raw.socket, this.feed!);
  }

  private holderOf(authorization: string | undefined, connection: object, feed: TokenFeed): Principal {
    if (!feed.isLoaded) throw notLoaded();
    const answer = feed.tokens.authenticate(authorization, this.clock.now(), connection);
    return typeof answer === 'string' ? refuse(unauthorized(answer)) : answer;
  }
}

function refuse(problem: ProblemError): never {
  throw problem;
}
