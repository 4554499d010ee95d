import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '@sluice/async';
import { encodeCursor } from '@sluice/contracts';
import { DEFAULT_AHEAD_SECONDS, type DevicesPageDto, type DeviceSummaryDto } from '@sluice/contracts/dto';
import type { DeviceSummary } from '@sluice/record-store';
import { WatchedStore } from '../watched-store.js';
import { CompleteThrough } from './complete-through.js';
import type { ReadableDevices } from './readable-devices.js';

export interface DevicesRequest {
  prefix: string;
  /** 1..1000 */
  limit: number;
  /** Ids after this one. */
  after: string | undefined;
}

/** The devices that have stored records. */
@Injectable()
export class DevicesView {
  constructor(
    @Inject(WatchedStore) private readonly store: WatchedStore,
    @Inject(CompleteThrough) private readonly complete: CompleteThrough,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** @throws RecordStoreError `unavailable` */
  async page({ prefix, limit, after }: DevicesRequest, readable: ReadableDevices): Promise<DevicesPageDto> {
    const complete_through = await this.complete.text();
    const found: DeviceSummary[] = [];
    for (const range of readable.within(prefix)) {
      if (found.length > limit) break;
      found.push(...(await this.devices(range, limit + 1 - found.length, after)));
    }
    const shown = found.slice(0, limit);
    const has_more = found.length > limit;
    const next_cursor = has_more ? encodeCursor({ afterDevice: shown.at(-1)!.deviceId }) : null;
    return { complete_through, devices: shown.map(toDto), has_more, next_cursor };
  }

  private async devices(range: { prefix: string; isOne: boolean }, limit: number, after: string | undefined) {
    const aheadAfterMs = this.clock.now() + DEFAULT_AHEAD_SECONDS * 1000;
    const { prefix, isOne } = range;
    if (isOne && after !== undefined && after >= prefix) return [];
    // An id is the first of all ids that begin with it. The store returns 1000 at a time, and one more shows that there are more.
    const most = isOne ? 1 : Math.min(limit, MOST_AT_ONCE);
    const { devices, hasMore } = await this.store.devices({ prefix, after, aheadAfterMs }, most);
    if (isOne) return devices.filter(({ deviceId }) => deviceId === prefix);
    if (!hasMore || devices.length === limit) return devices;
    const rest = await this.store.devices({ prefix, after: devices.at(-1)!.deviceId, aheadAfterMs }, 1);
    return [...devices, ...rest.devices];
  }
}

const MOST_AT_ONCE = 1000;

function toDto({ deviceId, lastTimestamp, lastReceivedAtMs }: DeviceSummary): DeviceSummaryDto {
  const last_received_at = new Date(lastReceivedAtMs).toISOString();
  return { device_id: deviceId, last_timestamp: lastTimestamp ?? null, last_received_at };
}
