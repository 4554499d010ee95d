import type { StoreTrouble, StoreTroubleCode } from '@sluice/record-store';

/** Node's error of the socket, of TLS, or of a name server has a text as its code; an answer of a server has a number. */
interface DriverError extends Error {
  code?: unknown;
  path?: unknown;
  syscall?: unknown;
  cause?: unknown;
  /** For a failed server selection: the state of each server. */
  reason?: { type?: unknown; servers?: ReadonlyMap<string, { error?: unknown }> };
}

const SENTENCES: Readonly<Record<MongoTroubleCode, string>> = {
  authentication: 'the server refuses the login; check user, password and authSource in RECORD_STORE_URL',
  authorization: 'the user lacks a right; give it readWrite on the database',
  certificate: 'TLS fails; check tlsCAFile, tlsCertificateKeyFile, the host name in the certificate and its validity',
  dns: 'the name of a server is not found; check the hosts in RECORD_STORE_URL and the name service',
  refused: 'the server refuses connections; check that it runs and listens on this port',
  timeout: 'the server does not answer in time; check the network, firewalls and the load of the server',
  'not-primary': 'no primary is known; check the members of the replica set and replicaSet in RECORD_STORE_URL',
  network: 'the server closes connections; check that it is MongoDB, and whether it wants tls=true',
  'no-space': 'the disk of the server is full; make room on it',
  unknown: 'the server failed for a reason that the log names',
};

type MongoTroubleCode = Extract<
  StoreTroubleCode,
  | 'authentication'
  | 'authorization'
  | 'certificate'
  | 'dns'
  | 'refused'
  | 'timeout'
  | 'not-primary'
  | 'network'
  | 'no-space'
  | 'unknown'
>;

/** https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml */
const SERVER_CODES: ReadonlyMap<number, MongoTroubleCode> = new Map<number, MongoTroubleCode>([
  [11, 'authentication'], // UserNotFound
  [18, 'authentication'], // AuthenticationFailed
  [8000, 'authentication'], // AtlasError: bad auth
  [13, 'authorization'], // Unauthorized
  [50, 'timeout'], // MaxTimeMSExpired
  [64, 'timeout'], // WriteConcernTimeout
  [262, 'timeout'], // ExceededTimeLimit
  [91, 'not-primary'], // ShutdownInProgress
  [189, 'not-primary'], // PrimarySteppedDown
  [10107, 'not-primary'], // NotWritablePrimary
  [11600, 'not-primary'], // InterruptedAtShutdown
  [11602, 'not-primary'], // InterruptedDueToReplStateChange
  [13435, 'not-primary'], // NotPrimaryNoSecondaryOk
  [13436, 'not-primary'], // NotPrimaryOrSecondary
  [14031, 'no-space'], // OutOfDiskSpace
]);

/** Codes of Node and OpenSSL. */
const SYSTEM_CODES: readonly (readonly [RegExp, MongoTroubleCode])[] = [
  [/^(?:ENOTFOUND|EAI_\w+|ENODATA|ESERVFAIL|EREFUSED|ETIMEOUT)$/, 'dns'],
  [/^ECONNREFUSED$/, 'refused'],
  [/^(?:ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/, 'timeout'],
  [
    /CERT|SELF_SIGNED|UNABLE_TO_|^ERR_(?:TLS|SSL|OSSL)|^EPROTO$|^CRL_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE/,
    'certificate',
  ],
  [/^(?:ECONNRESET|EPIPE|ECONNABORTED)$/, 'network'],
];

/** By the names of the driver's classes, of which one process may have several copies. */
const CLASSES: ReadonlyMap<string, MongoTroubleCode> = new Map<string, MongoTroubleCode>([
  ['MongoMissingCredentialsError', 'authentication'],
  ['MongoAWSError', 'authentication'],
  ['MongoOIDCError', 'authentication'],
  ['MongoNetworkTimeoutError', 'timeout'],
  ['MongoOperationTimeoutError', 'timeout'],
  ['MongoWaitQueueTimeoutError', 'timeout'],
  ['WaitQueueTimeoutError', 'timeout'],
  ['MongoNotPrimaryError', 'not-primary'],
  ['MongoNetworkError', 'network'],
  ['PoolClearedError', 'network'],
  ['MongoPoolClearedError', 'network'],
  ['MongoServerSelectionError', 'timeout'],
  ['MongooseServerSelectionError', 'timeout'],
]);

/** If several servers have failed in several ways, the first of these counts: a person can fix it. */
const ORDER: readonly MongoTroubleCode[] = [
  'authentication',
  'authorization',
  'certificate',
  'dns',
  'refused',
  'network',
  'not-primary',
  'no-space',
  'timeout',
  'unknown',
];

/** Returns why an operation on MongoDB failed, from an error of the driver 7, of mongoose 9 or of Node. */
export function mongoTroubleOf(error: unknown): StoreTrouble {
  return troubleOfCode(codeOf(error) ?? 'unknown');
}

export function troubleOfCode(code: MongoTroubleCode): StoreTrouble {
  return { code, sentence: SENTENCES[code] };
}

/** The driver's message without the text between `//` and `@`, which may be a password. */
export function withoutLogin(text: string): string {
  return text.replace(/\/\/[^\s/]*@/g, '//');
}

function codeOf(error: unknown): MongoTroubleCode | undefined {
  if (!isErrorLike(error)) return undefined;
  const { code, message, reason, cause, name, path, syscall } = error;
  // Without a login, the server answers "requires authentication" with the code of a missing right.
  if (code === 13 && /requires? authentication/i.test(message)) return 'authentication';
  if (typeof code === 'number') return SERVER_CODES.get(code) ?? codeOf(cause);
  if (String(syscall).startsWith('query')) return 'dns';
  // A file in the URL: the certificate, its key or the authority.
  if (typeof path === 'string') return 'certificate';
  const bySystem = SYSTEM_CODES.find(([pattern]) => pattern.test(String(code)))?.[1];
  return bySystem ?? ofServers(reason) ?? codeOf(cause) ?? CLASSES.get(name);
}

/** By its shape: an error of Node's own modules may come from another realm than this module. */
function isErrorLike(error: unknown): error is DriverError {
  return typeof error === 'object' && error !== null && 'message' in error && 'name' in error;
}

function ofServers(reason: DriverError['reason']): MongoTroubleCode | undefined {
  if (reason?.servers === undefined) return undefined;
  const found = [...reason.servers.values()].map(({ error }) => codeOf(error));
  const first = ORDER.find((code) => found.includes(code));
  return first ?? (reason.type === 'ReplicaSetNoPrimary' ? 'not-primary' : undefined);
}
