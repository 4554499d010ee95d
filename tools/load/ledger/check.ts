import { decodeReceipt } from '@sluice/contracts';
import { hashOf, keyOf, type Ledger, type LedgerEntry } from './ledger.js';

/** A record as the store has it. One for each stored document: a doubled record is there twice. */
export interface StoredCopy {
  device_id: string;
  record_id: string;
  timestamp: string;
  stored_at: string;
  data_payload: object;
}

/** A record as the dead-letter topic has it. */
export interface DeadCopy {
  device_id: string;
  record_id: string;
}

/** Ids of records for which the promise does not hold; every list is empty if it does. */
export interface Findings {
  /** Acked, and neither stored nor dead-lettered. */
  lost: string[];
  /** Stored more than once. */
  doubled: string[];
  /** Stored, and never sent or refused. */
  phantoms: string[];
  /** Stored with another timestamp or payload than was sent. */
  changed: string[];
  /** Acked after another record of its device and stored, or placed in the log, before it. */
  reordered: string[];
}

export function check(ledger: Ledger, stored: readonly StoredCopy[], dead: readonly DeadCopy[]): Findings {
  const copies = Map.groupBy(stored, ({ device_id: deviceId, record_id: recordId }) => keyOf(deviceId, recordId));
  const deadKeys = new Set(dead.map(({ device_id: deviceId, record_id: recordId }) => keyOf(deviceId, recordId)));
  const acked = ledger.ackedInOrder;
  return {
    lost: acked.map(nameOf).filter((key) => !copies.has(key) && !deadKeys.has(key)),
    doubled: [...copies].filter(([, of]) => of.length > 1).map(([key]) => key),
    phantoms: stored.filter((copy) => isPhantom(ledger, copy)).map(nameOfCopy),
    changed: stored.filter((copy) => isChanged(ledger, copy)).map(nameOfCopy),
    reordered: reordered(acked, copies),
  };
}

const nameOf = ({ deviceId, recordId }: LedgerEntry): string => keyOf(deviceId, recordId);
const nameOfCopy = ({ device_id: deviceId, record_id: recordId }: StoredCopy): string => keyOf(deviceId, recordId);

function isPhantom(ledger: Ledger, { device_id: deviceId, record_id: recordId }: StoredCopy): boolean {
  const entry = ledger.find(deviceId, recordId);
  return entry === undefined || entry.answer === 'refused';
}

function isChanged(ledger: Ledger, copy: StoredCopy): boolean {
  const entry = ledger.find(copy.device_id, copy.record_id);
  return entry !== undefined && entry.contentHash !== hashOf(copy.timestamp, copy.data_payload);
}

/** Records of one device in the order of their answers must stand in the log, and come into the store, in that order. */
function reordered(acked: readonly LedgerEntry[], copies: ReadonlyMap<string, readonly StoredCopy[]>): string[] {
  const found: string[] = [];
  for (const entries of Map.groupBy(acked, ({ deviceId }) => deviceId).values()) {
    let last: Place = { offset: -1, storedAt: '' };
    for (const entry of entries) {
      const place = placeOf(entry, copies.get(nameOf(entry))?.[0], last);
      if (place.offset < last.offset || place.storedAt < last.storedAt) found.push(nameOf(entry));
      else last = place;
    }
  }
  return found;
}

interface Place {
  offset: number;
  storedAt: string;
}

/** Without a receipt or a copy the record gets the offset of the one before it: missing records are found elsewhere. */
function placeOf({ receipt }: LedgerEntry, copy: StoredCopy | undefined, last: Place): Place {
  return {
    offset: receipt === undefined ? last.offset : offsetOf(receipt),
    storedAt: copy?.stored_at ?? last.storedAt,
  };
}

function offsetOf(receipt: string): number {
  const place = decodeReceipt(receipt);
  if (place === undefined) throw new Error(`The receipt ${receipt} cannot be read: the order cannot be checked.`);
  return place.offset;
}
