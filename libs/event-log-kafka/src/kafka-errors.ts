import type { FailureCause } from '@sluice/event-log';
import { certificateFault } from './certificate-faults.js';

/** The fields of KafkaJS errors; `type` is the name of the broker's error code, `code` is Node's. */
interface ClientError extends Error {
  type?: string;
  code?: unknown;
  retriable?: boolean;
  errors?: Error[];
}

/** The group has continued without this member: its commits have no effect, and its partitions belong to others. */
const FENCED: ReadonlySet<string> = new Set(['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID']);

/** Waiting does not help: a person has to change something. */
const FATAL: ReadonlySet<string> = new Set([
  'TOPIC_AUTHORIZATION_FAILED',
  'GROUP_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'SASL_AUTHENTICATION_FAILED',
  'UNSUPPORTED_SASL_MECHANISM',
  'UNSUPPORTED_VERSION',
  'INVALID_TOPIC_EXCEPTION',
  'INVALID_GROUP_ID',
  'INVALID_SESSION_TIMEOUT',
  'INCONSISTENT_GROUP_PROTOCOL',
  'GROUP_MAX_SIZE_REACHED',
]);

export function isFenced(error: unknown): boolean {
  return FENCED.has(brokerErrorOf(error) ?? '');
}

export function isFatal(error: unknown): boolean {
  return FATAL.has(brokerErrorOf(error) ?? '');
}

/** KafkaJS found no coordinator, and hides why the brokers did not name one. */
export function isCoordinatorUnknown(error: unknown): boolean {
  return rootOf(error).name === 'KafkaJSGroupCoordinatorNotFound';
}

export function isOutOfRange(error: unknown): boolean {
  return brokerErrorOf(error) === 'OFFSET_OUT_OF_RANGE';
}

/** The present members use another assignment protocol. */
export function isOtherProtocol(error: unknown): boolean {
  return brokerErrorOf(error) === 'INCONSISTENT_GROUP_PROTOCOL';
}

export function isTopicMissing(error: unknown): boolean {
  return brokerErrorOf(error) === 'UNKNOWN_TOPIC_OR_PARTITION';
}

/** The broker has answered with a temporary refusal: a new coordinator is loading, a leader is being elected. */
export function isTransientAnswer(error: unknown): boolean {
  return brokerErrorOf(error) !== undefined && !isTopicMissing(error) && rootOf(error).retriable === true;
}

/** The name of the broker's error code, or `undefined` if the broker did not report the failure. */
export function brokerErrorOf(error: unknown): string | undefined {
  return rootOf(error).type;
}

/** The number of the broker's error; 0 if the broker did not report the failure. */
export function codeOf(error: unknown): number {
  const { code } = rootOf(error);
  return typeof code === 'number' ? code : 0;
}

/** For logs and reasons: the cause if known, and the broker's message if there is one. Never contains a payload. */
export function describeError(error: unknown): string {
  const root = rootOf(error);
  const text = root.type ?? root.message;
  const cause = causeOf(error);
  const fault = cause === 'certificate' ? certificateFault(String(root.code)) : undefined;
  if (fault !== undefined) return `${cause}: ${fault} (${String(root.code)})`;
  return cause === undefined ? text : `${cause}: ${text}`;
}

/**
 * Like {@link describeError}, with the missing right where the brokers only report that one is missing.
 *
 * @param right on a topic and on a group that the request needs
 */
export function describeDenial(error: unknown, rights: { onTopic?: string; onGroup?: string }): string {
  const answer = brokerErrorOf(error);
  const right = answer === 'GROUP_AUTHORIZATION_FAILED' ? rights.onGroup : rights.onTopic;
  const isDenied = answer === 'GROUP_AUTHORIZATION_FAILED' || answer === 'TOPIC_AUTHORIZATION_FAILED';
  const text = describeError(error);
  return isDenied && right !== undefined ? `${text}: this login lacks the right ${right}` : text;
}

/** Why it failed, or `undefined` if the cause is none that a person can act on. */
export function causeOf(error: unknown): FailureCause | undefined {
  const { type, code, name, message } = rootOf(error);
  return (
    CAUSE_OF_BROKER_ERROR[type ?? ''] ??
    causeOfCode(String(code ?? '')) ??
    CAUSE_OF_CLIENT_ERROR[name] ??
    (message === 'Connection timeout' ? 'timeout' : undefined) ??
    (name === 'KafkaJSConnectionError' ? 'unreachable' : undefined)
  );
}

/** Error codes of the broker, https://kafka.apache.org/protocol#protocol_error_codes */
const CAUSE_OF_BROKER_ERROR: Readonly<Record<string, FailureCause>> = {
  SASL_AUTHENTICATION_FAILED: 'authentication',
  UNSUPPORTED_SASL_MECHANISM: 'authentication',
  ILLEGAL_SASL_STATE: 'authentication',
  TOPIC_AUTHORIZATION_FAILED: 'authorization',
  GROUP_AUTHORIZATION_FAILED: 'authorization',
  CLUSTER_AUTHORIZATION_FAILED: 'authorization',
  NOT_ENOUGH_REPLICAS: 'not-enough-replicas',
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: 'not-enough-replicas',
  LEADER_NOT_AVAILABLE: 'no-leader',
  NOT_LEADER_FOR_PARTITION: 'no-leader',
  KAFKA_STORAGE_ERROR: 'read-only',
  REQUEST_TIMED_OUT: 'timeout',
  MESSAGE_TOO_LARGE: 'record',
  RECORD_LIST_TOO_LARGE: 'record',
  CORRUPT_MESSAGE: 'record',
  INVALID_TIMESTAMP: 'record',
  INVALID_RECORD: 'record',
};

/** Names of KafkaJS's own errors. */
const CAUSE_OF_CLIENT_ERROR: Readonly<Record<string, FailureCause>> = {
  KafkaJSSASLAuthenticationError: 'authentication',
  TokenRefusedError: 'authentication',
  KafkaJSConnectionClosedError: 'closed',
  KafkaJSRequestTimeoutError: 'timeout',
  KafkaJSLockTimeout: 'timeout',
  KafkaJSTimeout: 'timeout',
  KafkaJSNoBrokerAvailableError: 'unreachable',
};

const CAUSE_OF_CODE: Readonly<Record<string, FailureCause>> = {
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  EAI_FAIL: 'dns',
  ECONNREFUSED: 'refused',
  ETIMEDOUT: 'timeout',
  ECONNRESET: 'closed',
  EPIPE: 'closed',
  // The port answers, but not with TLS.
  ERR_SSL_WRONG_VERSION_NUMBER: 'closed',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'closed',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
};

/** Codes of Node, of OpenSSL's certificate check and of its alerts. */
function causeOfCode(code: string): FailureCause | undefined {
  const isCertificate = /CERT|^UNABLE_TO_|^ERR_(SSL|TLS|OSSL)_|^EPROTO$|^HOSTNAME_MISMATCH$|^INVALID_CA$|^CRL_/.test(
    code,
  );
  return CAUSE_OF_CODE[code] ?? (isCertificate ? 'certificate' : undefined);
}

/** KafkaJS wraps an error once for each layer that gave up on it, and collects those of a request for several things. */
function rootOf(error: unknown): ClientError {
  const { cause, errors } = error as ClientError;
  const inner = errors?.[0] ?? cause;
  return inner instanceof Error ? rootOf(inner) : (error as ClientError);
}
