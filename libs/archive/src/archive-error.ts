/**
 * What keeps the archive from going on. `conflict`: another writer has replaced the object meanwhile, or the store refuses
 * conditional writes. `unreadable`: an object is not what this version writes.
 */
export type ArchiveErrorCode =
  | 'invalid-url'
  | 'bucket-missing'
  | 'denied'
  | 'wrong-region'
  | 'clock-skew'
  | 'full'
  | 'unreachable'
  | 'timeout'
  | 'no-credentials'
  | 'conflict'
  | 'unsupported'
  | 'unreadable'
  | 'unknown';

/** The message is one sentence with the cause and what to do, without a secret. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError';

  constructor(
    readonly code: ArchiveErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** @returns the error itself, or one with the code `unknown` */
export function asArchiveError(error: unknown): ArchiveError {
  if (error instanceof ArchiveError) return error;
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
  return new ArchiveError('unknown', `The archive failed (${name}): ${message}`, { cause: error });
}
