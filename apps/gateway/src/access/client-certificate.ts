import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { certificatePrincipal, type ShownCertificate } from '@sluice/ingest';
import type { ClientTrust, TrustVerdict } from './client-trust.js';

/** Gives the authorities and revocation lists as they are now, and logs faults that an operator has to fix. */
export interface TrustSource {
  readonly trust: ClientTrust | undefined;
  warnOf(fault: string): void;
}

const NONE: ShownCertificate = { isShown: false, fault: undefined, principal: undefined };

const ALWAYS = { fromMs: -Infinity, untilMs: Infinity };

/** The certificate of one connection. It is judged once, and again when the files or the time have changed that. */
class PeerCertificate {
  #certificate: X509Certificate | undefined;
  #trust: ClientTrust | undefined;
  #verdict: TrustVerdict | undefined;
  #shown = NONE;

  constructor(
    private readonly socket: TLSSocket,
    private readonly source: TrustSource,
  ) {}

  shown(nowMs: number): ShownCertificate {
    const verdict = this.#verdict;
    const holds = verdict !== undefined && verdict.fromMs <= nowMs && nowMs <= verdict.untilMs;
    if (!holds || this.#trust !== this.source.trust) this.#shown = this.judge(nowMs);
    return this.#shown;
  }

  private judge(nowMs: number): ShownCertificate {
    this.#trust = this.source.trust;
    this.#certificate ??= this.socket.getPeerX509Certificate();
    this.#verdict = this.verdict(nowMs);
    if (this.#certificate === undefined) return NONE;
    const { fault } = this.#verdict;
    if (fault !== undefined) this.source.warnOf(fault);
    const named = fault === undefined ? certificatePrincipal(this.#certificate.subjectAltName) : undefined;
    const principal = named && { ...named, recheck: (atMs: number) => reasonOf(this.shown(atMs).fault) };
    return { isShown: true, fault, principal };
  }

  private verdict(nowMs: number): TrustVerdict {
    if (this.#certificate === undefined || this.#trust === undefined) return { fault: undefined, ...ALWAYS };
    if (!this.socket.authorized) return { fault: String(this.socket.authorizationError), ...ALWAYS };
    try {
      return this.#trust.verdictOn(this.#certificate, nowMs);
    } catch {
      return { fault: 'UNREADABLE', ...ALWAYS };
    }
  }
}

const REASONS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'certificate-expired',
  CERT_REVOKED: 'certificate-revoked',
  CRL_HAS_EXPIRED: 'revocation-list-expired',
};

/** Why an answer in progress ends: the reason of its last event. */
function reasonOf(fault: string | undefined): string | undefined {
  return fault === undefined ? undefined : (REASONS[fault] ?? 'certificate-not-accepted');
}

const peers = new WeakMap<object, PeerCertificate>();

/** To be called for each connection, before its first request. */
export function followCertificate(socket: TLSSocket, source: TrustSource): void {
  peers.set(socket, new PeerCertificate(socket, source));
}

/** What the certificate of this connection is good for now: since the handshake it may have expired or been revoked. */
export function certificateOn(connection: object, nowMs: number): ShownCertificate {
  return peers.get(connection)?.shown(nowMs) ?? NONE;
}
