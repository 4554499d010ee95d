import { X509Certificate } from 'node:crypto';
import { readCertificateFacts, readRevocationList, type CertificateFacts, type RevocationList } from '@sluice/ingest';

/** More than any chain of authorities has. */
const MAX_CHAIN = 10;

/** What holds of a certificate now, and from when until when without a new question. */
export interface TrustVerdict {
  /** A code of `faultText`; `undefined`: it is good. */
  fault: string | undefined;
  fromMs: number;
  untilMs: number;
}

/**
 * Which client certificates are good: the authorities and their revocation lists, as the files hold them now. OpenSSL has checked a
 * certificate when its connection was made. This is asked for as long as the connection is open, and asks what OpenSSL does not:
 * whether the certificate could sign others, and whether one of our own authorities has signed it. An authority between that only
 * the client shows is no authority of ours: it may be the certificate of a device.
 */
export class ClientTrust {
  private constructor(
    private readonly authorities: readonly X509Certificate[],
    private readonly lists: readonly RevocationList[] | undefined,
  ) {}

  /**
   * @param authorities PEM
   * @param lists PEM of each list; `undefined`: nothing is revoked
   * @throws Error for text that is not a certificate or not a list
   */
  static read(authorities: string, lists: readonly string[] | undefined): ClientTrust {
    const certificates = pemBlocks('CERTIFICATE', authorities).map((pem) => new X509Certificate(pem));
    if (certificates.length === 0) throw new Error('it holds no certificate');
    return new ClientTrust(
      certificates,
      lists?.map((pem) => readRevocationList(derOf(pem))),
    );
  }

  verdictOn(certificate: X509Certificate, nowMs: number): TrustVerdict {
    const chain = this.chainOf(certificate);
    if (certificate.ca || chain === undefined) {
      return { fault: certificate.ca ? 'IS_AUTHORITY' : 'UNTRUSTED', fromMs: -Infinity, untilMs: Infinity };
    }
    const facts = chain.map(({ raw }) => readCertificateFacts(raw));
    const lists = this.lists === undefined ? [] : facts.map((link) => this.listOf(link, nowMs));
    const [from, until] = [facts.map(({ notBeforeMs }) => notBeforeMs), facts.map(({ notAfterMs }) => notAfterMs)];
    return {
      fault: faultOfTime(facts, nowMs) ?? faultOfLists(facts, lists, nowMs),
      fromMs: Math.max(...from),
      untilMs: Math.min(...until, ...lists.map((list) => list?.nextUpdateMs ?? Infinity)),
    };
  }

  /** From the client's certificate to an authority without an issuer. */
  private chainOf(certificate: X509Certificate): X509Certificate[] | undefined {
    const chain = [certificate];
    while (chain.length < MAX_CHAIN) {
      const last = chain.at(-1)!;
      const next = this.authorities.find((authority) => hasSigned(authority, last));
      if (next === undefined || next.raw.equals(last.raw)) break;
      chain.push(next);
    }
    const end = chain.at(-1)!;
    return this.authorities.some(({ raw }) => raw.equals(end.raw)) ? chain : undefined;
  }

  /** The newest list of the authority that has signed a certificate. */
  private listOf({ issuer }: CertificateFacts, nowMs: number): RevocationList | undefined {
    const lists = this.lists!.filter((list) => list.issuer === issuer);
    const begun = lists.filter(({ thisUpdateMs }) => thisUpdateMs <= nowMs);
    return (begun.length > 0 ? begun : lists).toSorted((a, b) => b.thisUpdateMs - a.thisUpdateMs)[0];
  }
}

/** The blocks of one kind in a PEM file. */
export function pemBlocks(label: 'CERTIFICATE' | 'X509 CRL', text: string): string[] {
  const [begin, end] = [`-----BEGIN ${label}-----`, `-----END ${label}-----`];
  const blocks = text.split(begin).slice(1);
  return blocks.map((block) => `${begin}${block.split(end, 1)[0]!}${end}\n`);
}

function derOf(pem: string): Buffer {
  return Buffer.from(pem.split('-----')[2]!, 'base64');
}

function hasSigned(authority: X509Certificate, certificate: X509Certificate): boolean {
  return certificate.checkIssued(authority) && certificate.verify(authority.publicKey);
}

function faultOfTime(chain: readonly CertificateFacts[], nowMs: number): string | undefined {
  if (chain.some(({ notBeforeMs }) => nowMs < notBeforeMs)) return 'CERT_NOT_YET_VALID';
  return chain.some(({ notAfterMs }) => nowMs > notAfterMs) ? 'CERT_HAS_EXPIRED' : undefined;
}

/** @param lists that of each certificate's authority; none: nothing is revoked */
function faultOfLists(
  chain: readonly CertificateFacts[],
  lists: readonly (RevocationList | undefined)[],
  nowMs: number,
): string | undefined {
  for (const [at, list] of lists.entries()) {
    if (list === undefined) return 'UNABLE_TO_GET_CRL';
    if (nowMs < list.thisUpdateMs) return 'CRL_NOT_YET_VALID';
    if (nowMs > list.nextUpdateMs) return 'CRL_HAS_EXPIRED';
    if (list.serials.has(chain[at]!.serial)) return 'CERT_REVOKED';
  }
  return undefined;
}
