import type { IncomingMessage } from 'node:http';
import { ProblemError } from '@sluice/http';

/**
 * The header `Idempotency-Key`, or `undefined`.
 *
 * @throws ProblemError `bad-request` if it stands there more than once: Node would join the two into a key of nobody
 */
export function idempotencyKeyOf(message: IncomingMessage): string | undefined {
  const key = message.headers['idempotency-key'];
  if (key === undefined) return undefined;
  const given = message.headersDistinct['idempotency-key'];
  if (given?.length === 1) return given[0];
  const entry = { pointer: 'header:idempotency-key', code: 'repeated-header', detail: 'Give this header once.' };
  throw new ProblemError('bad-request', 'Idempotency-Key stands in the request more than once.', { errors: [entry] });
}
