import { createHash } from 'node:crypto';
import { speaksFor, type Holder } from '@sluice/ingest';
import { rankEndpoints } from './rank-endpoints.js';

/** An invalid list of endpoints: the message names the origin, the invalid entry, and what is allowed there. */
export class EndpointListError extends Error {
  override readonly name = 'EndpointListError';
  readonly code = 'invalid-endpoints';
}

/** An address at which devices report. */
export interface Endpoint {
  /** http or https, without a slash at its end. */
  url: string;
  /** Its share of the devices, against the weights of the others: a whole number from 1 to 20. */
  weight: number;
  /** It is about to go away: devices use another one, if there is one. */
  draining: boolean;
}

/** Devices that report to some of the endpoints first, whatever the hash says. */
export interface Assignment {
  devices: Holder;
  urls: readonly string[];
}

/** The endpoints of one plant, and which of them a device uses. Never changes. */
export class EndpointList {
  /** The same wherever the list is the same; another one after any change. */
  readonly version: string;
  private readonly assignments: readonly Assignment[];

  constructor(
    readonly endpoints: readonly Endpoint[],
    assignments: readonly Assignment[],
  ) {
    this.assignments = assignments.toSorted((a, b) => precision(b.devices) - precision(a.devices));
    this.version = digestOf([endpoints, this.assignments]);
  }

  /** All endpoints in the order in which the device tries them: its own first. */
  forDevice(deviceId: string): readonly Endpoint[] {
    const ranked = rankEndpoints(deviceId, this.endpoints);
    const assignment = this.assignments.find(({ devices }) => speaksFor(devices, deviceId));
    if (assignment === undefined) return ranked;
    const isAssigned = ({ url }: Endpoint) => assignment.urls.includes(url);
    return [...ranked.filter(isAssigned), ...ranked.filter((endpoint) => !isAssigned(endpoint))];
  }

  /** The same list with more endpoints that drain. */
  withDraining(isDraining: (url: string) => boolean): EndpointList {
    const marked = this.endpoints.map((each) => ({ ...each, draining: each.draining || isDraining(each.url) }));
    return new EndpointList(marked, this.assignments);
  }
}

/** One device before every pattern, a long pattern before a short one. */
function precision(devices: Holder): number {
  if (devices.kind === 'device') return Infinity;
  return devices.kind === 'devices' ? devices.prefix.length : 0;
}

function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);
}
