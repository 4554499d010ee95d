/** Options of a MongoDB URL that are refused, by their name in lower case. Whether a value is refused, and why. */
const REFUSED: Readonly<Record<string, readonly [values: RegExp, why: string]>> = {
  w: [
    /^[01]$/,
    'would count a record as stored that a failover may lose; leave it out, because writes always wait for the majority',
  ],
  journal: [/^false$/i, 'would count a record as stored before it is on disk; leave it out'],
  j: [/^false$/i, 'would count a record as stored before it is on disk; leave it out'],
  tlsinsecure: [/^true$/i, 'would turn the check of certificates off; name the authority in tlsCAFile'],
  tlsallowinvalidcertificates: [/^true$/i, 'would turn the check of certificates off; name the authority in tlsCAFile'],
  tlsallowinvalidhostnames: [/^true$/i, 'would turn the check of host names off; use the names in the certificate'],
};

/** Options of a MongoDB URL that would break a promise: a clause that follows the key and shows nothing else of the URL. */
export function mongoUrlFault(url: string): string | undefined {
  if (!url.startsWith('mongodb')) return undefined;
  for (const [name, value] of new URLSearchParams(url.split('?')[1] ?? '')) {
    const [values, why] = REFUSED[name.toLowerCase()] ?? [];
    if (values?.test(value) === true) return `has the option ${name}=${value}, which ${why}.`;
  }
  return undefined;
}
