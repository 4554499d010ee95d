import type { Clock } from '@sluice/async';
import type { RouteAccess } from '@sluice/contracts';
import type { RateLimits, Sender } from '../limits/rate-limits.js';
import type { Refusal } from '../refusal.js';
import {
  certificateNeeded,
  mayNotIngest,
  mayNotOperate,
  mayNotRead,
  mayNotReadAll,
  mayNotReadAtAll,
  nameless,
  notLoaded,
  outsideNetworks,
  unauthorized,
} from './access-refusals.js';
import { AccessWatch } from './access-watch.js';
import { clientAddress, rateLimitKey, listOf, Networks } from './networks.js';
import { mayIngest, mayOperate, mayRead, mayReadSome, type Principal } from './principal.js';
import type { TokenFeed } from './token-feed.js';

/** Who may reach the service. The names are those of the settings. */
export interface AccessGateOptions {
  /** Networks in CIDR notation, separated by commas; empty: all. */
  allowedNetworks: string;
  /** In the same format; empty: none. */
  trustedProxies: string;
  /** Empty: no client certificates. */
  tlsClientCaFile: string;
}

/** What the certificate of a connection proves at one time. */
export interface ShownCertificate {
  isShown: boolean;
  /** A code of {@link faultText}: why a certificate that is shown is not accepted. */
  fault: string | undefined;
  /** The principal of an accepted certificate, if it names one. */
  principal: Principal | undefined;
}

/** The request that the gate checks. Each transport implements it; the gate reads only what it needs. */
export interface AccessRequest {
  readonly route: Partial<RouteAccess> & { isProbe?: boolean };
  /** Address of the other end of the connection. */
  readonly peer: string;
  /** The addresses that proxies report: `X-Forwarded-For`. */
  readonly forwardedFor: string | undefined;
  /** `Bearer <token>`, or `Basic` with the token as the password. */
  readonly authorization: string | undefined;
  /** What all requests of one connection have in common. */
  readonly connection: object;
  /** The device that the request asks for; `undefined` where none is named: then it asks for everything. */
  readonly deviceId: string | undefined;
  certificateAt(nowMs: number): ShownCertificate;
}

/** `sender`: absent for probes and open routes, which need no credentials. */
export type Admittance = { refusal: Refusal } | { refusal?: undefined; sender?: Sender };

/** Decides by what a route declares and by the head of a request whether the request continues. */
export class AccessGate {
  private readonly allowed: Networks | undefined;
  private readonly proxies: Networks;
  private readonly wantsCertificate: boolean;
  private readonly usesAddress: boolean;
  /** The answers in progress. */
  readonly open: AccessWatch;

  constructor(
    options: AccessGateOptions,
    /** Left out: tokens are not asked for. */
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

  /** Whether every request is admitted and none is counted: then the gate can be skipped. */
  get isWideOpen(): boolean {
    return this.allowed === undefined && !this.asksWho && !this.limits.countSenders;
  }

  /** Who may send and read, in words: the end of a sentence that begins with "access is". */
  get summary(): string {
    const networks = this.allowed === undefined ? '' : ', from the allowed networks only';
    if (!this.asksWho) return `open: every client that reaches the address can send and read${networks}`;
    const asked = [this.feed && 'a token', this.wantsCertificate && 'a client certificate'].filter(Boolean);
    return `restricted: every request needs ${asked.join(' or ')}${networks}`;
  }

  /** Asks in this order: the network, the token or certificate, the right to the route. */
  admit(request: AccessRequest): Admittance {
    const { route } = request;
    if (route.isProbe) return NO_SENDER;
    const address = this.usesAddress ? clientAddress(request.peer, request.forwardedFor, this.proxies) : '';
    if (this.allowed?.has(address) === false) return { refusal: outsideNetworks() };
    if (route.access === 'open') return NO_SENDER;
    const principal = this.asksWho ? this.identify(request) : undefined;
    if (isRefusal(principal)) return { refusal: principal };
    const refusal = principal && routeRefusal(principal, request);
    if (refusal !== undefined) return { refusal };
    return { sender: { principal, address: this.limits.countSenders ? rateLimitKey(address) : address } };
  }

  /** The key by which requests without credentials are limited: the address of the client, behind trusted proxies too. */
  addressKey({ peer, forwardedFor }: Pick<AccessRequest, 'peer' | 'forwardedFor'>): string {
    return rateLimitKey(clientAddress(peer, forwardedFor, this.proxies));
  }

  /** Whether the connection of this request shows a certificate that is not, or no longer, accepted. */
  refusesCertificateOf(request: AccessRequest): boolean {
    return request.certificateAt(this.clock.now()).fault !== undefined;
  }

  /** Calls back if what this sender has proved no longer holds. @returns what ends the watch */
  watch(sender: Sender | undefined, onEnd: (reason: string) => void): () => void {
    return sender?.principal === undefined ? () => undefined : this.open.watch(sender.principal, onEnd);
  }

  private get asksWho(): boolean {
    return this.feed !== undefined || this.wantsCertificate;
  }

  /** A token identifies the sender; without one, the certificate does. */
  private identify(request: AccessRequest): Principal | Refusal {
    const { authorization, connection } = request;
    const sendsToken = this.feed !== undefined && authorization !== undefined;
    if (this.wantsCertificate && !sendsToken) {
      const { isShown, fault, principal } = request.certificateAt(this.clock.now());
      if (isShown && fault === undefined) return principal ?? nameless();
      if (isShown || this.feed === undefined) return certificateNeeded(fault);
    }
    return this.holderOf(authorization, connection, this.feed!);
  }

  private holderOf(authorization: string | undefined, connection: object, feed: TokenFeed): Principal | Refusal {
    if (!feed.isLoaded) return notLoaded();
    const answer = feed.tokens.authenticate(authorization, this.clock.now(), connection);
    return typeof answer === 'string' ? unauthorized(answer) : answer;
  }
}

const NO_SENDER: Admittance = Object.freeze({});

function isRefusal(answer: Principal | Refusal | undefined): answer is Refusal {
  return answer !== undefined && 'code' in answer;
}

/** Why a principal may not call a route, by what the route declares. A route that declares nothing is for readers of everything. */
function routeRefusal(principal: Principal, request: AccessRequest): Refusal | undefined {
  switch (request.route.access) {
    case 'open':
      return undefined;
    case 'send':
      return mayIngest(principal) ? undefined : mayNotIngest(principal);
    case 'operate':
      return mayOperate(principal) ? undefined : mayNotOperate(principal);
    case 'read-device':
      return mayRead(principal, request.deviceId) ? undefined : mayNotRead(principal);
    case 'read-some':
      return mayReadSome(principal) ? undefined : mayNotReadAtAll(principal);
    default:
      return mayRead(principal, undefined) ? undefined : mayNotReadAll(principal);
  }
}
