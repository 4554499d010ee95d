export type { Clock, Random } from './clock.js';
export type { Fetch, Token } from './delivery/wire.js';
export { Device, type DeviceState, type Report } from './device.js';
export { DeviceError, type DeviceErrorCode } from './device-error.js';
export type { BatchOptions, CircuitOptions, DeviceOptions, QueueOptions, RetryOptions } from './options.js';
export type { Kept, WhenFull } from './queue/queue.js';
export type { Storage, StoredRecord } from './queue/storage.js';
export type { Payload, ReportedRecord, ReportOptions } from './record.js';
export type { DropReason, Handlers, LogEntry, Metric, Problem, Totals } from './signals.js';
