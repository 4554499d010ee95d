/** Everything that goes over the wire. The DTO classes, which need Nest and class-validator, are in `@sluice/contracts/dto`. */
export * from './bytes.js';
export * from './check-report.js';
export * from './cursor.js';
export * from './dead-letter.js';
export * from './event-codec.js';
export * from './event.js';
export * from './field-problem.js';
export * from './payload-check.js';
export * from './json.js';
export { isSpace } from './json-bytes.js';
export * from './json-check.js';
export * from './json-pointer.js';
export * from './json-scan.js';
export { HASH_PRIME, HASH_SEED, KnownShapes } from './known-shapes.js';
export * from './json-text.js';
export * from './json-reader.js';
export { isWithin64Bits, type NumberTexts } from './number-texts.js';
export * from './device-time.js';
export * from './ids.js';
export { isTimezone, SiteTimezone } from './site-timezone.js';
export { changesOf, NO_PROBLEMS } from './parse-changes.js';
export * from './keeping-last.js';
export * from './partition.js';
export * from './problem.js';
export * from './receipt.js';
export * from './plain-event-writer.js';
export { payloadTextOf, PlainEvent, readEvent } from './plain-event.js';
export * from './plain-report.js';
export * from './timestamp.js';
export * from './topics.js';
export * from './uuid.js';
export {
  type AccessKind,
  CLIENT_HEADER,
  COMPLETE_THROUGH_HEADER,
  DEVICES_HEADER,
  type DeviceSource,
  MAX_OPERATE_BODY_BYTES,
  MAX_READ_BODY_BYTES,
  OPERATE_ROUTES,
  READ_ROUTES,
  type ReadRoute,
  type RouteAccess,
} from './route-access.js';
export { decodeNote, encodeNote, NOTE_INTERVAL_MS } from './worker-note.js';
