/** What is wrong with which certificate, by codes of Node and of OpenSSL. The first match counts. */
const FAULTS: readonly (readonly [RegExp, string])[] = [
  [/ALERT_CERTIFICATE_EXPIRED/, 'the broker says that the certificate in KAFKA_CERT_FILE has expired'],
  [/ALERT_CERTIFICATE_REVOKED/, 'the broker says that the certificate in KAFKA_CERT_FILE is revoked'],
  [/ALERT_CERTIFICATE_REQUIRED/, 'the broker asks for a client certificate; set KAFKA_CERT_FILE and KAFKA_KEY_FILE'],
  [
    /ALERT_(UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_UNKNOWN|UNSUPPORTED_CERTIFICATE)/,
    'the broker does not accept the client certificate; set KAFKA_CERT_FILE and KAFKA_KEY_FILE to one that it trusts and that has not expired',
  ],
  [/ALERT_HANDSHAKE_FAILURE/, 'the broker ends the handshake; it may ask for a client certificate (KAFKA_CERT_FILE)'],
  [/^CERT_HAS_EXPIRED$/, 'the certificate of the broker has expired'],
  [/^CERT_NOT_YET_VALID$/, 'the certificate of the broker is not valid yet; compare the clocks'],
  [/ALTNAME_INVALID|HOSTNAME_MISMATCH/, 'the certificate of the broker is for another host name'],
  [
    /SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY_LEAF)|CERT_UNTRUSTED|INVALID_CA/,
    'no authority that is trusted has signed the certificate of the broker; set KAFKA_CA_FILE to the right one',
  ],
  [/ENOENT|EACCES|^ERR_OSSL/, 'KAFKA_CA_FILE, KAFKA_CERT_FILE or KAFKA_KEY_FILE cannot be used'],
];

/** A clause for a person, or `undefined` if the code is not about a certificate. */
export function certificateFault(code: string): string | undefined {
  return FAULTS.find(([pattern]) => pattern.test(code))?.[1];
}
