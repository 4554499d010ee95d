export { AccessGate, type AccessRequest, type ShownCertificate } from './access/access-gate.js';
export { claimRefused, mayNotIngestFor, notLoaded } from './access/access-refusals.js';
export { certificatePrincipal } from './access/certificate.js';
export { faultText } from './access/certificate-faults.js';
export { describeToken, timeText } from './access/describe-token.js';
export {
  deviceHolder,
  devicesHolder,
  type Holder,
  holderText,
  type Scope,
  SCOPES,
  speaksFor,
} from './access/holder.js';
export {
  clientAddress,
  hostInUrl,
  rateLimitKey,
  isLoopback,
  listOf,
  Networks,
  widerThanPrivate,
} from './access/networks.js';
export { mayIngestFor, type Principal, readableDevices } from './access/principal.js';
export {
  type CertificateFacts,
  readCertificateFacts,
  readRevocationList,
  type RevocationList,
} from './access/revocation-list.js';
export type { KnownToken } from './access/known-tokens.js';
export { TokenFeed } from './access/token-feed.js';
export { requireTlsFiles, TLS_SETTINGS, type TlsFilePaths } from './access/tls.settings.js';
export { hashOf, TOKEN_PATTERN } from './access/token-text.js';
export {
  hasExpired,
  isHeldBy,
  issueClaimable,
  type IssuedToken,
  issueToken,
  revokeToken,
  rotateToken,
  type Token,
  tokenFrom,
} from './access/token.js';
export type { Arrival, ArrivalTrace, PublishSteps } from './arrival.js';
export { declaredCost, Ingestion, type Visit } from './ingestion.js';
export type { LeaseAsk, LeaseSource } from './limits/lease.js';
export { LeaseOffice } from './limits/lease-office.js';
export { RATE_LIMIT_SETTINGS, type RateLimitOptions } from './limits/rate-limit.settings.js';
export type { Charge, Cost } from './limits/charge.js';
export { RateLimits, type Sender, type SharedLimits } from './limits/rate-limits.js';
export { MAX_KEYS, TokenBuckets } from './limits/token-bucket.js';
export { LogReachability } from './log-reachability.js';
export { Admission, type Ticket } from './overload/admission.js';
export { EventLoopTicks } from './overload/event-loop-ticks.js';
export { LAG_SETTINGS, type LagLimits, limitsLag } from './overload/lag.settings.js';
export { LagWatch } from './overload/lag-watch.js';
export { LoadShedding, SHEDDING_CODES } from './overload/load-shedding.js';
export { RefusedError, type Refusal } from './refusal.js';
export { readSubmission, type SubmissionOptions } from './submission/read-submission.js';
export type { Submission } from './submission/submission.js';
export { parseSources, PRESETS, type Sources } from './sources/parse-sources.js';
export { sourceSubmission } from './sources/source-submission.js';
export {
  isMissing,
  type MappedRecord,
  type MappingResult,
  type Source,
  type SourceRequest,
  SourcesError,
} from './sources/source.js';
export { compileSchema, type PayloadSchema, readSchemaText } from './schemas/payload-schema.js';
export type { PayloadSchemas } from './schemas/schema-check.js';
export { findSchemaFiles, type SchemaFiles, SchemasError } from './schemas/schema-files.js';
export { type AppliedSchema, loadSchemas, parseRules, type SchemaRule, SchemaSet } from './schemas/schema-set.js';
export { parseWithNan } from './submission/nan-as-null.js';
export { PAYLOAD_SIZE_SETTINGS } from './submission/payload-size.settings.js';
export { notJsonBody } from './submission/syntax-fault.js';
export type { MediaType } from './submission/scan-body.js';
export { confirmed, rejected, type Verdict } from './verdict.js';
