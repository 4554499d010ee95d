/** Why an event log did not do what it was asked for. Stable words: readiness, problems and log lines show them. */
export type FailureCause =
  | 'authentication'
  | 'authorization'
  | 'cannot-open'
  | 'certificate'
  | 'closed'
  | 'damaged'
  | 'disk-error'
  | 'dns'
  | 'file-moved'
  | 'file-replaced'
  | 'in-use'
  | 'no-leader'
  | 'no-space'
  | 'not-enough-replicas'
  | 'read-only'
  | 'record'
  | 'refused'
  | 'timeout'
  | 'unreachable';

/** What each cause means, as a clause for a person. Names no host and no secret. */
const FAILURE_TEXTS: Readonly<Record<FailureCause, string>> = {
  authentication: 'the event log rejects the login of this service',
  authorization: 'this service lacks a right on the event log',
  'cannot-open': 'the file of the event log cannot be opened',
  certificate: 'the TLS certificates of this service and of the event log do not match',
  closed: 'the event log closes the connection, like a port that expects TLS or a login',
  damaged: 'the file of the event log is damaged',
  'disk-error': 'the disk of the event log failed to read or write',
  dns: 'the name of the event log cannot be resolved',
  'file-moved': 'the file of the event log was moved or deleted',
  'file-replaced': 'another file has replaced the event log',
  'in-use': 'another process uses the file of the event log',
  'no-leader': 'a partition of the event log has no leader',
  'no-space': 'the disk of the event log is full',
  'not-enough-replicas': 'too few replicas of the event log are in sync',
  'read-only': 'the event log cannot write to its disk',
  record: 'the event log refuses the record, for example because of its size',
  refused: 'the event log refuses the connection',
  timeout: 'the event log does not answer in time',
  unreachable: 'the event log cannot be reached',
};

/** The cause with what it means: names no host and no secret. */
export function explainFailure(cause: FailureCause): string {
  return `${cause}: ${FAILURE_TEXTS[cause]}`;
}
