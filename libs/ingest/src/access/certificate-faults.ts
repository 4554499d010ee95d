/** Why a client certificate is not accepted, in OpenSSL's words where it has one, and what its holder or the operator has to know. */
const MEANINGS: Readonly<Record<string, string>> = {
  IS_AUTHORITY:
    'it may sign other certificates (CA:TRUE), so its holder could sign one for any device; ' +
    'make it with basicConstraints=critical,CA:FALSE, as docs/operations/deploy-network.md shows',
  UNTRUSTED:
    'no authority in TLS_CLIENT_CA_FILE has signed it; an intermediate authority has to be in that file, ' +
    'and the certificate of a device or server is not an authority',
  UNREADABLE: 'its dates or names are not in the format of RFC 5280',
  CERT_HAS_EXPIRED: 'it, or an authority that has signed it, has expired',
  CERT_NOT_YET_VALID: 'it, or an authority that has signed it, is not valid yet',
  CERT_REVOKED: 'it is on the revocation list of its authority',
  CRL_HAS_EXPIRED: 'the revocation list in TLS_CRL_FILE is past its nextUpdate: replace it',
  CRL_NOT_YET_VALID: 'the revocation list in TLS_CRL_FILE is not valid yet',
  UNABLE_TO_GET_CRL: 'TLS_CRL_FILE has no revocation list of its authority',
  INVALID_PURPOSE:
    'it is not a client certificate: its extendedKeyUsage needs clientAuth, its keyUsage digitalSignature',
  INVALID_CA: 'it is signed with a certificate that is not an authority',
  PATH_LENGTH_EXCEEDED: 'it is signed with a certificate that may not sign authorities (pathlen)',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its authority is not in TLS_CLIENT_CA_FILE',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its authority is not in TLS_CLIENT_CA_FILE',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its authority is not in TLS_CLIENT_CA_FILE',
  CERT_SIGNATURE_FAILURE: 'its issuer has not signed it',
};

export function faultText(code: string): string {
  const meaning = MEANINGS[code];
  return meaning === undefined ? code : `${code}: ${meaning}`;
}
