import type { AccessOptions } from './access/access-options.js';
import type { EndpointOptions } from './endpoints/endpoint-options.js';
import type { OverloadOptions } from './overload/overload-options.js';

/** What the gateway is told at its start. The names are those of the settings, so that a checked configuration fits as it is. */
export interface GatewayOptions extends Partial<AccessOptions>, Partial<OverloadOptions>, Partial<EndpointOptions> {
  /** Largest body as it arrives, in bytes. */
  maxBodyBytes: number;
  /** Largest body after inflating, in bytes; at least `maxBodyBytes`. */
  maxInflatedBytes: number;
  /** Most records in one request. */
  maxRecordsPerRequest: number;
  /** Requests that are checked or published at one time; one more is answered 503. */
  maxConcurrentRequests: number;
  /** Bytes of bodies that are read or published at one time; more are answered 503. */
  maxBytesInFlight: number;
  /** The publisher's deadline, in milliseconds: a stop waits this long for the requests that are under way. */
  publishTimeoutMs: number;
  /** `http://host:port` of the query service, to which reads are forwarded. Empty or left out: reads are not served here. */
  queryUrl?: string | undefined;
  /** Origins whose pages may send records, separated by commas, or `*`. Empty or left out: none. */
  corsOrigins?: string;
}

export const GATEWAY_OPTIONS = Symbol('GatewayOptions');
