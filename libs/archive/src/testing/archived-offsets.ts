import { placeOf } from '../object-key.js';
import type { ObjectStore } from '../object-store.js';
import { readObject } from '../read-object.js';
import type { ArchivedRow } from '../archived-row.js';

/** A row with the object that holds it. */
export interface FoundRow extends ArchivedRow {
  key: string;
  partition: number;
}

/** Every row of every object. */
export async function archivedRows(store: ObjectStore, spoolDirectory: string): Promise<FoundRow[]> {
  const rows: FoundRow[] = [];
  for await (const { key } of store.list('')) {
    const { partition } = placeOf(key)!;
    for await (const row of readObject(store, key, spoolDirectory)) rows.push({ ...row, key, partition });
  }
  return rows;
}
