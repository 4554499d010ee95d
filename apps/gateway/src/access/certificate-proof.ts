import type { Principal } from '#access';

/** Which connections were checked against the revocation list that holds now, and which against one before it. */
export class RevocationLists {
  private version = 0;
  private readonly checked = new WeakMap<object, number>();
  private listener = (): void => undefined;

  /** A handshake on this connection has just used the list that holds now. */
  used(connection: object): void {
    this.checked.set(connection, this.version);
  }

  changed(): void {
    this.version++;
    this.listener();
  }

  /** One listener. */
  onChange(listener: () => void): void {
    this.listener = listener;
  }

  isOutdated(connection: object): boolean {
    return (this.checked.get(connection) ?? 0) < this.version;
  }
}

/**
 * The principal of a certificate, which holds until the certificate expires or the revocation list changes: a connection that is
 * made after that is checked against the new list.
 *
 * @param validTo the end of the certificate's time, as OpenSSL writes it; what cannot be read counts as expired
 */
export function provenByCertificate(
  principal: Principal | undefined,
  { connection, validTo, lists }: { connection: object; validTo: string; lists: RevocationLists },
): Principal | undefined {
  if (principal === undefined) return undefined;
  const validToMs = Date.parse(validTo);
  const recheck = (nowMs: number): string | undefined => {
    if (!(nowMs < validToMs)) return 'certificate-expired';
    return lists.isOutdated(connection) ? 'revocation-list-changed' : undefined;
  };
  return { ...principal, recheck };
}
