import { decodeUtf8 } from '@sluice/contracts';
import type { DeadLetter, Disposition } from '@sluice/redrive';

/** Most bytes of a value in a list; the answer for one letter has all of them. */
const SHOWN_VALUE_BYTES = 2048;

/** One letter in a list. */
export function letterAnswer(letter: DeadLetter, disposition: Disposition | undefined) {
  const value = letter.record.value;
  return {
    partition: letter.partition,
    offset: letter.offset,
    reason: letter.reason,
    detail: letter.detail,
    device_id: letter.deviceId,
    record_id: letter.recordId,
    dead_lettered_at: new Date(letter.deadLetteredAtMs).toISOString(),
    attempts: letter.attempts,
    origin: letter.origin,
    redrive_count: letter.redriveCount,
    size_bytes: value?.length ?? 0,
    value: beginningOf(value),
    value_is_cut: (value?.length ?? 0) > SHOWN_VALUE_BYTES,
    disposition: disposition ?? null,
  };
}

export type LetterAnswer = ReturnType<typeof letterAnswer>;

/** The first bytes as text, up to the end of a character; `null` if the value is not UTF-8. */
function beginningOf(value: Buffer | null): string | null {
  if (value === null) return null;
  if (value.length <= SHOWN_VALUE_BYTES) return decodeUtf8(value) ?? null;
  let end = SHOWN_VALUE_BYTES;
  while (end > SHOWN_VALUE_BYTES - 4 && (value[end]! & 0xc0) === 0x80) end--;
  return decodeUtf8(value.subarray(0, end)) ?? null;
}
