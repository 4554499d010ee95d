/** What KafkaJS puts on its errors; `type` is the name of the broker's error code. */
interface ClientError extends Error {
  type?: string;
  retriable?: boolean;
  errors?: Error[];
}

/** The group has moved on without this member: a commit of it counts for nothing, and its partitions are others'. */
const FENCED: ReadonlySet<string> = new Set(['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID']);

/** No waiting helps against these: a person has to change something. */
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

export function isTopicMissing(error: unknown): boolean {
  return brokerErrorOf(error) === 'UNKNOWN_TOPIC_OR_PARTITION';
}

/** The broker has answered, and said no for now: a new coordinator is loading, a leader is being elected. */
export function isTransientAnswer(error: unknown): boolean {
  return brokerErrorOf(error) !== undefined && !isTopicMissing(error) && rootOf(error).retriable === true;
}

/** The name of the broker's error code, or `undefined` if it was not the broker that failed. */
export function brokerErrorOf(error: unknown): string | undefined {
  return rootOf(error).type;
}

/** For logs and reasons: the broker's word where there is one. Never contains a payload. */
export function describeError(error: unknown): string {
  const root = rootOf(error);
  return root.type ?? root.message;
}

/** KafkaJS wraps an error once for each layer that gave up on it, and collects those of a request for several things. */
function rootOf(error: unknown): ClientError {
  const { cause, errors } = error as ClientError;
  const inner = errors?.[0] ?? cause;
  return inner instanceof Error ? rootOf(inner) : (error as ClientError);
}
