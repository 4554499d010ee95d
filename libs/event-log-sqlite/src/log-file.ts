import { partitionOf } from '@sluice/contracts';
import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { backup, type DatabaseSync, type StatementSync } from 'node:sqlite';
import { EventLogError, type LogEntry, type TopicSpec } from '@sluice/event-log';
import { diskFull, type LineLogger } from '@sluice/sqlite';
import { CommittedPositions, type Position } from './committed-positions.js';
import { FileGuard } from './file-guard.js';
import { Partition, type PartitionRow } from './partition.js';
import { readingError } from './sqlite-errors.js';

/** Entries of one topic that are appended together. */
export interface Append {
  topic: string;
  entries: readonly LogEntry[];
}

/** The ends of partitions after a transaction. */
type Ends = Map<Partition, Pick<Partition, 'high' | 'bytes'>>;

function endOf(partition: Partition, ends: Ends): Pick<Partition, 'high' | 'bytes'> {
  let end = ends.get(partition);
  if (end === undefined) ends.set(partition, (end = { high: partition.high, bytes: partition.bytes }));
  return end;
}

/** More than the largest transaction of the publisher. */
const LEAST_FREE_BYTES = 2 * 1024 * 1024;

/** Pages that one step of a backup copies. */
const BACKUP_PAGES = 200;

export interface Place {
  partition: number;
  offset: number;
}

/**
 * `FULL`: waits for the disk; survives a power failure. `NORMAL`: survives the end of the process, however it ends, and does not
 * wait; a power failure may undo the last ones, but never one without all that followed it.
 */
type Durability = 'FULL' | 'NORMAL';

/**
 * The single file of the log: its partitions and the committed offsets of the groups. State in memory changes only after the
 * commit.
 */
export class LogFile {
  readonly positions: CommittedPositions;
  readonly guard: FileGuard;

  private readonly topics = new Map<string, Partition[]>();
  private readonly statements: {
    begin: StatementSync;
    commit: StatementSync;
    rollback: StatementSync;
    setLow: StatementSync;
    setSize: StatementSync;
  };

  /**
   * @param path of the file
   * @param logger receives a line when the file is moved, deleted or replaced, and when it is back
   */
  constructor(
    private readonly database: DatabaseSync,
    path: string,
    logger?: LineLogger,
  ) {
    this.statements = {
      begin: database.prepare('BEGIN IMMEDIATE'),
      commit: database.prepare('COMMIT'),
      rollback: database.prepare('ROLLBACK'),
      setLow: database.prepare('UPDATE partitions SET low = ? WHERE id = ?'),
      setSize: database.prepare('INSERT OR REPLACE INTO partition_sizes VALUES (?, ?, ?, ?)'),
    };
    try {
      this.readTopics();
      this.positions = new CommittedPositions(database, this.allPartitions());
    } catch (error) {
      database.close();
      throw readingError(error as Error, path);
    }
    this.guard = new FileGuard(database, path, logger);
  }

  /** @throws EventLogError `topic-missing` */
  partitionsOf(topic: string): readonly Partition[] {
    const partitions = this.topics.get(topic);
    if (partitions !== undefined) return partitions;
    throw new EventLogError(
      'topic-missing',
      `Topic "${topic}" is missing. Run the init step, which creates the topics.`,
    );
  }

  allPartitions(): Partition[] {
    return [...this.topics.values()].flat();
  }

  /** Creates missing topics, all or none. @throws EventLogError `topic-mismatch` */
  createTopics(specs: readonly TopicSpec[]): void {
    for (const spec of specs) this.refuseMismatch(spec);
    const missing = specs.filter(({ name }) => !this.topics.has(name));
    if (missing.length === 0) return;
    this.transaction('FULL', () => missing.forEach((spec) => this.insertTopic(spec)));
    this.readTopics();
  }

  /**
   * Appends all entries in one transaction, or nothing. Returns the offsets in the order of the entries. The file is compared
   * with its path before and after: the returned entries are in the file that a restart will open.
   *
   * @throws EventLogError `unavailable` if the file was moved, deleted or replaced; an error of SQLite
   */
  append(appends: readonly Append[]): Place[][] {
    this.guard.requireInPlace();
    const ends: Ends = new Map();
    const places = this.transaction('FULL', () => appends.map((append) => this.insertEntries(append, ends)));
    for (const [partition, { high, bytes }] of ends) Object.assign(partition, { high, bytes });
    this.guard.requireInPlace();
    return places;
  }

  /**
   * It is harmless if a power failure undoes a commit: the group reads those records again. While the file is not at its path,
   * offsets change in memory only, so that groups can still finish what was acknowledged.
   */
  commit(group: string, positions: readonly Position[], note: string): void {
    if (this.guard.check() === 'in-place')
      this.transaction('NORMAL', () => this.positions.write(group, positions, note));
    this.positions.remember(group, positions, note);
  }

  /** Deletes the entries of the partition that are below the new `low`. */
  raiseLow(partition: Partition, low: number): void {
    this.guard.requireInPlace();
    const bytes = partition.bytes - partition.bytesIn(partition.low, low);
    this.transaction('NORMAL', () => {
      partition.delete(low);
      this.statements.setLow.run(low, partition.id);
      this.statements.setSize.run(partition.id, low, partition.high, bytes);
    });
    Object.assign(partition, { low, bytes });
  }

  /** Stores the sizes, so that the next start need not add them up. */
  writeSizes(): void {
    if (this.guard.check() !== 'in-place') return;
    this.transaction('NORMAL', () => {
      for (const { id, low, high, bytes } of this.allPartitions()) this.statements.setSize.run(id, low, high, bytes);
    });
  }

  /** Throws if the file cannot be read, or is not at its path. */
  ping(): void {
    this.guard.requireInPlace();
    this.database.prepare('SELECT count(*) FROM partitions').get();
  }

  /**
   * Waits for the disk like an append, and changes nothing. Throws if the file cannot be written, or has no room for an append.
   */
  proveWritable(): void {
    this.guard.requireInPlace();
    const { bavail, bsize } = statfsSync(dirname(this.database.location()!));
    if (bavail * bsize < LEAST_FREE_BYTES) throw diskFull();
    this.transaction('FULL', () => {
      const { user_version } = this.database.prepare('PRAGMA user_version').get() as { user_version: number };
      this.database.exec(`PRAGMA user_version = ${user_version}`);
    });
  }

  /** Appends continue between the steps of the copy. */
  async backup(path: string): Promise<void> {
    await backup(this.database, path, { rate: BACKUP_PAGES });
  }

  /** SQLite moves the write-ahead log into the file and removes it. */
  close(): void {
    try {
      this.writeSizes();
    } catch {
      // A full disk: the next start adds up the sizes.
    }
    this.database.close();
  }

  private readTopics(): void {
    const rows = this.database.prepare('SELECT id, topic, number, low FROM partitions ORDER BY topic, number').all();
    const known = new Set(this.topics.keys());
    for (const row of rows as unknown as PartitionRow[]) {
      if (known.has(row.topic)) continue;
      const partitions = this.topics.get(row.topic) ?? [];
      this.topics.set(row.topic, [...partitions, new Partition(this.database, row)]);
    }
  }

  private refuseMismatch({ name, partitions, otherCount }: TopicSpec): void {
    const found = this.topics.get(name)?.length ?? partitions;
    if (found === partitions || otherCount === 'keep') return;
    const detail = `Topic "${name}" has ${found} partitions, not ${partitions}. Ask for ${found}: the keys are spread over them already.`;
    throw new EventLogError('topic-mismatch', detail);
  }

  private insertTopic({ name, partitions }: TopicSpec): void {
    const insert = this.database.prepare('INSERT INTO partitions (topic, number) VALUES (?, ?)');
    for (let number = 0; number < partitions; number++) {
      Partition.createTable(this.database, insert.run(name, number).lastInsertRowid);
    }
  }

  private insertEntries({ topic, entries }: Append, ends: Ends): Place[] {
    const partitions = this.partitionsOf(topic);
    return entries.map((entry) => {
      const partition = partitions[entry.key === null ? 0 : partitionOf(entry.key, partitions.length)]!;
      const end = endOf(partition, ends);
      const offset = end.high++;
      end.bytes += partition.insert(offset, entry);
      return { partition: partition.number, offset };
    });
  }

  /** All of the work or nothing. The durability is set each time, so that a failure never leaves the weaker one active. */
  private transaction<T>(durability: Durability, work: () => T): T {
    this.database.exec(`PRAGMA synchronous = ${durability}`);
    this.statements.begin.run();
    try {
      const result = work();
      this.statements.commit.run();
      return result;
    } catch (error) {
      if (this.database.isTransaction) this.statements.rollback.run();
      throw error;
    }
  }
}
