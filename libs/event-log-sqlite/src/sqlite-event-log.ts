import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import {
  EventLog,
  EventLogError,
  type BufferInspector,
  type EventSubscription,
  type InspectOptions,
  type SubscribeOptions,
  type TopicSpec,
  type TopicUsage,
  type EventLogOptions,
} from '@sluice/event-log';
import { directoryOf } from '@sluice/sqlite';
import { ConsumerGroups } from './consumer-groups.js';
import { FILE_NAME, openLogDatabase } from './log-database.js';
import { LogFile } from './log-file.js';
import { DEFAULT_RETENTION, Retention, type RetentionOptions } from './retention.js';
import { failureOf, reasonOf } from './sqlite-errors.js';
import { SqliteInspector } from './sqlite-inspector.js';
import { SqlitePublisher } from './sqlite-publisher.js';
import { SqliteSubscription } from './sqlite-subscription.js';

/** A file that was moved, deleted or replaced is detected within this time, even if nothing is appended. */
const WATCH_EVERY_MS = 1000;

/** Replacements of the defaults, for tests. */
export interface SqliteParts {
  database: DatabaseSync;
  retention: RetentionOptions;
}

/**
 * The embedded event log: one SQLite file, `event-log.db`, for one process. An entry is on the disk before it is acknowledged.
 * Publishers, readers and inspectors are all in this process, so no data is copied between processes and nothing polls.
 */
export class SqliteEventLog extends EventLog {
  readonly publisher: SqlitePublisher;

  private readonly file: LogFile;
  private readonly groups = new ConsumerGroups();
  private readonly retention: Retention;
  private readonly watch: NodeJS.Timeout;
  private closing: Promise<void> | undefined;

  /** @throws EventLogError `unavailable` if another process has the file or it cannot be opened; `fatal` if it is damaged */
  constructor(options: EventLogOptions, parts: Partial<SqliteParts> = {}) {
    super();
    const directory = directoryOf(options.url);
    const database = parts.database ?? openLogDatabase(directory, options.logger);
    this.file = new LogFile(database, join(directory, FILE_NAME), options.logger);
    this.publisher = new SqlitePublisher(this.file, options.publishTimeoutMs, () => this.appended());
    const limits = options.limits ?? {};
    this.retention = new Retention(this.file, { ...DEFAULT_RETENTION, limits, ...parts.retention }, options.logger);
    this.retention.start();
    this.watch = setInterval(() => this.checkFile(), WATCH_EVERY_MS).unref();
  }

  async createTopics(topics: readonly TopicSpec[]): Promise<void> {
    this.attempt('make the topics', () => this.file.createTopics(topics));
  }

  async requireTopics(names: readonly string[]): Promise<void> {
    for (const name of names) this.file.partitionsOf(name);
  }

  /** @throws EventLogError `topic-missing` */
  subscribe({ group, topics }: SubscribeOptions): EventSubscription {
    const partitions = topics.flatMap((topic) => this.file.partitionsOf(topic));
    return new SqliteSubscription(this.file, this.groups, group, partitions);
  }

  inspect(options: InspectOptions): BufferInspector {
    return new SqliteInspector(this.file, this.groups, options);
  }

  async ping(): Promise<void> {
    this.attempt('read its file', () => this.file.ping());
  }

  override usage(): TopicUsage[] {
    return this.retention.usage();
  }

  override async proveWritable(topic: string): Promise<void> {
    await this.requireTopics([topic]);
    this.attempt('write its file', () => this.file.proveWritable());
  }

  override async backup(path: string): Promise<void> {
    await this.file.backup(path);
  }

  close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  private async shutDown(): Promise<void> {
    clearInterval(this.watch);
    this.retention.stop();
    await this.groups.closeAll();
    await this.publisher.close();
    this.file.close();
  }

  private appended(): void {
    this.groups.wakeAll();
    this.retention.appended();
  }

  /** Every append checks the file itself; this check is for an event log without appends. */
  private checkFile(): void {
    try {
      this.file.guard.check();
    } catch (error) {
      process.emitWarning(`The event log could not be checked and will be again: ${(error as Error).message}`);
    }
  }

  private attempt(what: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      if (error instanceof EventLogError) throw error;
      const detail = `The event log could not ${what}. ${reasonOf(error, this.file.guard.path)}`;
      throw new EventLogError('unavailable', detail, { cause: error, failure: failureOf(error) });
    }
  }
}
