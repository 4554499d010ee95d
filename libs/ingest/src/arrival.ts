import type { PublishOutcome } from '@sluice/event-log';
import type { Sender } from './limits/rate-limits.js';
import type { RequestLoad } from './overload/load-shedding.js';

/** The properties of a request that are known before its records are read. */
export interface Arrival extends Sender, RequestLoad {
  trace: ArrivalTrace | undefined;
}

/** The trace that a request belongs to. */
export interface ArrivalTrace {
  /** The header `traceparent` of the records of the request, for their consumers. */
  traceParent: string;
  /** Measures the steps of the request; left out where it is not traced here. */
  steps?: PublishSteps;
}

export interface PublishSteps {
  publishing(records: readonly { deviceId: string; recordId: string }[]): void;
  published(outcomes: readonly PublishOutcome[]): void;
}
