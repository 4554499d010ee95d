import { PlainEventWriter } from '@sluice/contracts';
import { KnownDevices } from './known-devices.js';
import type { ScannedBody } from './scan-body.js';

/** The event of a plain record, and the fields that the checks need. */
export interface PlainEvent {
  readonly deviceId: string;
  readonly recordId: string;
  /** The bytes of the device_id. */
  readonly key: Buffer;
  readonly value: Buffer;
}

export interface PlainEvents {
  /** Writes the event of a record. @returns it, until the next call; `undefined` if it is not plain: then read it */
  of(index: number): PlainEvent | undefined;
  /** The event log has all of them: their bytes are not read any more, and belong to other requests. */
  release(): void;
}

/** For records of which each has to be read. */
export const NO_EVENTS: PlainEvents = Object.freeze({ of: () => undefined, release: () => undefined });

const EMPTY: Buffer = Buffer.alloc(0);
const devices = new KnownDevices();

/** The events of the plain records of a body. */
export class WrittenEvents implements PlainEvents {
  readonly #writer: PlainEventWriter;
  /** An object for each would be garbage. */
  readonly #event = { deviceId: '', recordId: '', key: EMPTY, value: EMPTY };

  constructor(
    private readonly scanned: ScannedBody,
    receivedAt: string,
    private readonly newId: () => string,
  ) {
    this.#writer = new PlainEventWriter(scanned.bytes, receivedAt);
  }

  of(index: number): PlainEvent | undefined {
    const { spans, bytes } = this.scanned;
    const plain = spans.plain(index);
    if (plain === undefined) return undefined;
    const { recordIdStart, recordIdEnd, deviceIdStart, deviceIdEnd } = plain;
    const event = this.#event;
    event.recordId = recordIdStart === 0 ? this.newId() : bytes.toString('latin1', recordIdStart, recordIdEnd);
    event.value = this.#writer.write(plain, event.recordId);
    const { id, key } = devices.in(bytes, deviceIdStart, deviceIdEnd);
    event.deviceId = id;
    event.key = key;
    return event;
  }

  release(): void {
    this.#writer.release();
  }
}
