export { certificatePrincipal } from './access/certificate.js';
export {
  deviceHolder,
  devicesHolder,
  type Holder,
  holderText,
  type Scope,
  SCOPES,
  speaksFor,
} from './access/holder.js';
export { KnownTokens, type Refusal } from './access/known-tokens.js';
export { clientAddress, countedAs, isLoopback, listOf, Networks, widerThanPrivate } from './access/networks.js';
export { mayIngest, mayIngestFor, mayOperate, mayRead, type Principal } from './access/principal.js';
export {
  type CertificateFacts,
  readCertificateFacts,
  readRevocationList,
  type RevocationList,
} from './access/revocation-list.js';
export { TokenBuckets } from './access/token-bucket.js';
export { hashOf, TOKEN_PATTERN } from './access/token-text.js';
export {
  isHeldBy,
  type IssuedToken,
  issueToken,
  revokeToken,
  rotateToken,
  type Token,
  tokenFrom,
} from './access/token.js';
