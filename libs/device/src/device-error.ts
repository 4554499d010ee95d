/**
 * What can go wrong, as stable codes to branch on.
 *
 * Thrown by the constructor: `invalid-option`, `queue-file-mismatch`.
 * Thrown by `report`: `invalid-payload`, `invalid-timestamp`, `invalid-record-id`, `record-too-large`, `queue-full`, `closed`.
 * Rejected by `flush`: `flush-timeout` (its `cause` says why delivery does not get on), `closed`.
 * Thrown by `openQueueFile`: `queue-file-foreign`, `queue-file-in-use`, `queue-file-unreadable`.
 * In the log and as a `cause`, and otherwise retried without end: the rest.
 */
export type DeviceErrorCode =
  | 'invalid-option'
  | 'invalid-payload'
  | 'invalid-timestamp'
  | 'invalid-record-id'
  | 'record-too-large'
  | 'queue-full'
  | 'closed'
  | 'flush-timeout'
  | 'queue-file-foreign'
  | 'queue-file-in-use'
  | 'queue-file-unreadable'
  | 'queue-file-mismatch'
  | 'queue-file-unwritable'
  | 'unreachable'
  | 'timeout'
  | 'unexpected-answer'
  | 'unavailable'
  | 'rate-limited'
  | 'unauthorized'
  | 'forbidden'
  | 'token-failed';

/** Every error of this library. Messages never carry a payload or a token. */
export class DeviceError extends Error {
  override readonly name = 'DeviceError';

  constructor(
    readonly code: DeviceErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}
