/** The thread's writes of records, and its calls on documents, in `records.db`. Imports types only, for the same reason. */
import type { DatabaseSync } from 'node:sqlite';
import type { DocumentRow, FirstRow, RecordCalls, RepeatedRow, RowColumns } from './record-row.js';

type DocumentCalls = Pick<RecordCalls, 'putDocuments' | 'listDocuments' | 'removeDocuments' | 'countDocuments'>;

/** By name: a newer release may have added columns. */
const INSERT_ROW = `
  INSERT INTO records (key, device_id, minus_timestamp_ms, timestamp_text, received_at_ms, stored_at_ms, payload,
    source_partition, source_offset, timestamp_sent, timestamp_source)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING
`;

export function writingCallsOn(database: DatabaseSync): Pick<RecordCalls, 'insert'> & DocumentCalls {
  return { insert: insertOn(database), ...documentCallsOn(database) };
}

/** Bound in the order of the columns: by name it would take as long as the insert. */
function insertOn(database: DatabaseSync): RecordCalls['insert'] {
  const insertRow = database.prepare(INSERT_ROW);
  const firstRow = database.prepare('SELECT timestamp_text, timestamp_source, payload FROM records WHERE key = ?');
  const insert = (rows: RowColumns, index: number): boolean =>
    insertRow.run(
      rows.key[index]!,
      rows.device_id[index]!,
      rows.minus_timestamp_ms[index]!,
      rows.timestamp_text[index]!,
      rows.received_at_ms[index]!,
      rows.stored_at_ms,
      rows.payload[index]!,
      rows.source_partition[index]!,
      rows.source_offset[index]!,
      rows.timestamp_sent[index]!,
      rows.timestamp_source[index]!,
    ).changes === 1;
  return (rows) =>
    inTransaction(database, () => {
      const repeated: RepeatedRow[] = [];
      for (let index = 0; index < rows.key.length; index++)
        if (!insert(rows, index)) repeated.push([index, firstRow.get(rows.key[index]!) as unknown as FirstRow]);
      return repeated;
    });
}

function documentCallsOn(database: DatabaseSync): DocumentCalls {
  const newDocument = database.prepare(
    'INSERT INTO documents VALUES (?, ?, ?, ?) ON CONFLICT (collection, id) DO NOTHING',
  );
  const nextDocument = database.prepare(
    'UPDATE documents SET version = ?3, content = ?4 WHERE collection = ?1 AND id = ?2 AND version = ?3 - 1',
  );
  const inRange = 'FROM documents WHERE collection = :collection AND id >= :from AND (:to IS NULL OR id < :to)';
  const firstDocuments = database.prepare(`SELECT id, version, content ${inRange} ORDER BY id LIMIT :limit`);
  const lastDocuments = database.prepare(`SELECT id, version, content ${inRange} ORDER BY id DESC LIMIT :limit`);
  const documentCount = database.prepare(`SELECT count(*) AS count ${inRange}`);
  const removeDocument = database.prepare('DELETE FROM documents WHERE collection = ? AND id = ?');
  const putDocument = (collection: string, { id, version, content }: DocumentRow): boolean =>
    (version === 1 ? newDocument : nextDocument).run(collection, id, version, content).changes === 1;
  return {
    putDocuments: (put) => inTransaction(database, () => put.rows.map((row) => putDocument(put.collection, row))),
    listDocuments: ({ limit, isDescending, ...range }) =>
      (isDescending ? lastDocuments : firstDocuments).all({ ...range, limit }) as unknown as DocumentRow[],
    removeDocuments: ({ collection, ids }) =>
      inTransaction(database, () => ids.forEach((id) => removeDocument.run(collection, id))),
    countDocuments: (range) => Number(documentCount.get({ ...range })!['count']),
  };
}

/** All of the work or nothing. */
export function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}
