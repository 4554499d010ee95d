import type { Sampling } from './tracing.js';

export interface TracingOptions extends Sampling {
  /** `http://collector:4318`, of any receiver of OTLP over HTTP. Empty: tracing is off. */
  endpoint: string;
  /** Sent with every export, such as the key of a hosted service. */
  headers: Readonly<Record<string, string>>;
  /** Names this process in its traces. */
  serviceName: string;
  /** An export that takes longer has failed, and its spans are lost. */
  exportTimeoutMs: number;
  /** A stop waits this long for the last spans to be sent. */
  flushTimeoutMs: number;
}
