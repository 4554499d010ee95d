import type { EndpointDirectoryDto } from '@sluice/contracts/dto';
import type { EndpointList } from './endpoint-list.js';
import type { Lifecycle } from '@sluice/process';
import type { EndpointFeed } from './endpoint-feed.js';

/** Of an answer without a list: it never changes. */
const NO_LIST = 'none';

/**
 * Returns the endpoints of a device. A gateway recognizes its own endpoint by the host of the request, and reports that one as
 * draining once it has received SIGTERM. A request that names another host affects its sender only.
 */
export class EndpointDirectory {
  /** The last list that was marked, since most requests name one host. */
  private leaving: { list: EndpointList; host: string; marked: EndpointList } | undefined;

  constructor(
    private readonly feed: EndpointFeed,
    private readonly lifecycle: Lifecycle,
    private readonly ttlSeconds: number,
  ) {}

  /** @param host the header `Host` of the request */
  answerTo(deviceId: string, host: string | undefined): EndpointDirectoryDto {
    const list = this.listSeenAt(host);
    const endpoints = list?.forDevice(deviceId).map(({ url, draining }) => ({ url, draining })) ?? [];
    return {
      version: list?.version ?? NO_LIST,
      device_id: deviceId,
      endpoints,
      ttl_seconds: this.ttlSeconds,
    };
  }

  /** Whether {@link answerTo} would say that the endpoint at this host drains. */
  isDrainingAt(host = ''): boolean {
    const { endpoints = [] } = this.listSeenAt(host) ?? {};
    return endpoints.some(({ url, draining }) => draining && isAt(url, host));
  }

  private listSeenAt(host = ''): EndpointList | undefined {
    const { list } = this.feed;
    if (list === undefined || !this.lifecycle.isLeaving) return list;
    if (this.leaving?.list !== list || this.leaving.host !== host)
      this.leaving = { list, host, marked: mark(list, host) };
    return this.leaving.marked;
  }
}

function mark(list: EndpointList, host: string): EndpointList {
  return list.withDraining((url) => isAt(url, host));
}

function isAt(url: string, host: string): boolean {
  return new URL(url).host === host.toLowerCase();
}
