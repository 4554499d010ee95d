import type { Random } from '../clock.js';
import { Circuit, type CircuitLimits } from './circuit.js';

export interface ListedEndpoint {
  url: string;
  /** It is about to stop: used only when no other endpoint is left. */
  draining: boolean;
}

export interface Endpoint {
  readonly url: string;
  readonly circuit: Circuit;
}

/**
 * The ordered list of a device's endpoints, its own first. The first one whose circuit lets a request through is used,
 * so a device is back at its own endpoint with the first request that succeeds there.
 */
export class Endpoints {
  private list: readonly Endpoint[] = [];

  constructor(
    urls: readonly string[],
    private readonly limits: CircuitLimits,
    private readonly random: Random,
  ) {
    this.replace(urls.map((url) => ({ url, draining: false })));
  }

  get urls(): readonly string[] {
    return this.list.map(({ url }) => url);
  }

  /** Takes over a new list; an endpoint that stays keeps what is known about it. */
  replace(listed: readonly ListedEndpoint[]): void {
    const known = new Map(this.list.map((endpoint) => [endpoint.url, endpoint]));
    const inOrder = [...listed.filter(({ draining }) => !draining), ...listed.filter(({ draining }) => draining)];
    this.list = inOrder.map(({ url }) => known.get(url) ?? { url, circuit: new Circuit(this.limits, this.random) });
  }

  /** The endpoint to use now, or `undefined` while every circuit is open. */
  pick(nowMs: number): Endpoint | undefined {
    return this.list.find(({ circuit }) => circuit.availableInMs(nowMs) === 0);
  }

  /** Milliseconds until {@link pick} finds one. */
  availableInMs(nowMs: number): number {
    return Math.min(...this.list.map(({ circuit }) => circuit.availableInMs(nowMs)));
  }

  failed(endpoint: Endpoint, nowMs: number, retryAfterMs: number): void {
    endpoint.circuit.failed(nowMs, !this.hasOther(endpoint, nowMs), retryAfterMs);
  }

  /** It has taken a request and said that it is about to stop: left alone like one that failed, as long as there is another. */
  drains(endpoint: Endpoint, nowMs: number): void {
    if (this.hasOther(endpoint, nowMs)) endpoint.circuit.failed(nowMs, false, 0);
  }

  private hasOther(endpoint: Endpoint, nowMs: number): boolean {
    return this.list.some((other) => other !== endpoint && other.circuit.availableInMs(nowMs) === 0);
  }
}
