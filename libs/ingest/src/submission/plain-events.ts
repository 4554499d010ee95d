import { PlainEventWriter } from '@sluice/contracts';
import type { ScannedBody } from './scan-body.js';

/** The event of a plain record, and the fields that the checks need. */
export interface PlainEvent {
  deviceId: string;
  recordId: string;
  /** The bytes of the device_id. */
  key: Buffer;
  value: Buffer;
}

export interface PlainEvents {
  /** Writes the event of a record; `undefined` if it is not plain: then read it. */
  of(index: number): PlainEvent | undefined;
  /** The event log has all of them: their bytes are not read any more, and belong to other requests. */
  release(): void;
}

/** For records of which each has to be read. */
export const NO_EVENTS: PlainEvents = Object.freeze({ of: () => undefined, release: () => undefined });

/** The events of the plain records of a body. */
export class WrittenEvents implements PlainEvents {
  readonly #writer: PlainEventWriter;

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
    const recordId = recordIdStart === 0 ? this.newId() : bytes.toString('latin1', recordIdStart, recordIdEnd);
    const value = this.#writer.write(plain, recordId);
    const deviceId = bytes.toString('latin1', deviceIdStart, deviceIdEnd);
    return { recordId, deviceId, value, key: this.#writer.deviceId(plain) };
  }

  release(): void {
    this.#writer.release();
  }
}
