import { partitionOf } from '@sluice/contracts';
import type { BufferInspector } from '@sluice/event-log';
import { eventText, placeText } from '../event-stream/server-sent-event.js';
import { endReason } from '@sluice/http';
import type { LogFollower } from './log-follower.js';
import { TailReader } from './tail-reader.js';
import { startOffsets, type TailFrom } from './tail-start.js';

/** How long a client waits before it reconnects; part of the time in which a gateway is replaced. */
const RETRY_MS = 2000;

export interface TailOptions {
  /** A client gets its position at least this often, so that both sides notice a dead connection. */
  placeEveryMs: number;
}

export interface TailRequest {
  from: TailFrom;
  /** Only records of this device: then only its partition is read. */
  deviceId?: string | undefined;
}

/** New events of the topic, for one reader each. */
export class Tail {
  constructor(
    private readonly inspector: BufferInspector,
    private readonly follower: LogFollower,
    private readonly options: TailOptions,
  ) {}

  /**
   * Finds the position at which the request begins.
   *
   * @throws EventLogError `unavailable`, `topic-missing`
   * @throws ProblemError `invalid-cursor`
   */
  async begin({ from, deviceId }: TailRequest): Promise<TailReader> {
    const positions = await this.inspector.positions();
    const offsets = startOffsets(from, positions);
    const all = positions.map(({ partition }) => partition);
    const partitions = deviceId === undefined ? all : [partitionOf(deviceId, positions.length)];
    this.follower.see(positions);
    return new TailReader(this.follower, { offsets, partitions, deviceId });
  }

  /**
   * The text of the event stream from there on. The log is read on demand. Aborting `end` closes the stream with an event that
   * has the position to continue from.
   */
  async *events(reader: TailReader, end: AbortSignal): AsyncGenerator<string> {
    this.follower.enter();
    try {
      yield placeText(reader.position, RETRY_MS);
      while (!end.aborted) yield* this.step(reader, end);
      yield eventText({ event: 'end', data: JSON.stringify({ reason: endReason(end), position: reader.position }) });
    } finally {
      this.follower.leave();
    }
  }

  private async *step(reader: TailReader, end: AbortSignal): AsyncGenerator<string> {
    const { moved } = this.follower;
    const { rings } = moved;
    const before = reader.position;
    for await (const text of reader.round()) {
      yield text;
      if (end.aborted) return;
    }
    if (reader.position === before) await moved.wait(rings, this.options.placeEveryMs, end);
    yield placeText(reader.position);
  }
}
