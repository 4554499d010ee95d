/** Why a client certificate is not accepted, in OpenSSL's words where it has one, and what its holder or the operator has to know. */
const MEANINGS: Readonly<Record<string, string>> = {
  IS_AUTHORITY:
    'it may sign other certificates (CA:TRUE), so its holder could sign one for anybody; ' +
    'make it with basicConstraints=critical,CA:FALSE, as docs/operations/deploy-network.md shows',
  UNTRUSTED:
    'no authority in TLS_CLIENT_CA_FILE has signed it; an authority between has to be in that file, ' +
    'and the certificate of a device or server is none',
  UNREADABLE: 'its dates or names are not in the form of RFC 5280',
  CERT_HAS_EXPIRED: 'its time, or that of an authority that has signed it, is over',
  CERT_NOT_YET_VALID: 'its time, or that of an authority that has signed it, has not begun',
  CERT_REVOKED: 'it is on the revocation list of its authority',
  CRL_HAS_EXPIRED: 'the revocation list in TLS_CRL_FILE is past its nextUpdate: put a new one there',
  CRL_NOT_YET_VALID: 'the time of the revocation list in TLS_CRL_FILE has not begun',
  UNABLE_TO_GET_CRL: 'TLS_CRL_FILE has no list of its authority',
  INVALID_PURPOSE: 'it is not made for clients: its extendedKeyUsage needs clientAuth, its keyUsage digitalSignature',
  INVALID_CA: 'it is signed with a certificate that is no authority',
  PATH_LENGTH_EXCEEDED: 'it is signed with a certificate that may not sign authorities (pathlen)',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its authority is not in TLS_CLIENT_CA_FILE',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its authority is not in TLS_CLIENT_CA_FILE',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its authority is not in TLS_CLIENT_CA_FILE',
  CERT_SIGNATURE_FAILURE: 'it names an authority that has not signed it',
};

export function faultText(code: string): string {
  const meaning = MEANINGS[code];
  return meaning === undefined ? code : `${code}: ${meaning}`;
}
