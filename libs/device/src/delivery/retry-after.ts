/** No answer may silence a device for longer than this. */
const MAX_RETRY_AFTER_MS = 3_600_000;

/**
 * The wait that `Retry-After` asks for (RFC 9110, section 10.2.3), in milliseconds: 0 if there is none or it cannot be read.
 * A date is compared with the `Date` of the same answer where there is one, since a device's own clock may be years off.
 */
export function retryAfterMs(headers: Headers, nowMs: number): number {
  const text = headers.get('retry-after')?.trim() ?? '';
  const waitMs = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - dateOf(headers, nowMs);
  return waitMs > 0 ? Math.min(waitMs, MAX_RETRY_AFTER_MS) : 0;
}

function dateOf(headers: Headers, nowMs: number): number {
  const date = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(date) ? nowMs : date;
}
