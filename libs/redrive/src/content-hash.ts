import { hash } from 'node:crypto';
import { type IngestEvent, type JsonValue, stringifyExact } from '@sluice/contracts';

/** SHA-256 of what makes two records of one key the same: the timestamp and the payload, whatever the order of its members. */
export function contentHashOf({ timestamp, data_payload }: Pick<IngestEvent, 'timestamp' | 'data_payload'>): string {
  return hash('sha256', stringifyExact([timestamp, ordered(data_payload)]));
}

function ordered(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(ordered);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  // Lists stay lists, so that an empty object differs from an empty list.
  return { members: members.map(([name, member]) => [name, ordered(member)]) };
}
