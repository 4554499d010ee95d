import { resolve } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import {
  EventLog,
  EventLogError,
  type BufferInspector,
  type EventSubscription,
  type InspectOptions,
  type SubscribeOptions,
  type TopicSpec,
} from '../event-log.js';
import type { EventLogOptions } from '../open-event-log.js';
import { ConsumerGroups } from './consumer-groups.js';
import { openLogDatabase } from './log-database.js';
import { LogFile } from './log-file.js';
import { writeFailure } from './sqlite-errors.js';
import { DEFAULT_RETENTION, Retention, type RetentionOptions } from './retention.js';
import { SqliteInspector } from './sqlite-inspector.js';
import { SqlitePublisher } from './sqlite-publisher.js';
import { SqliteSubscription } from './sqlite-subscription.js';

/** What a test may put in the place of the defaults. */
export interface SqliteParts {
  database: DatabaseSync;
  retention: RetentionOptions;
}

/**
 * The embedded log: one SQLite file, `event-log.db`, for one process. An entry is on the disk before it is confirmed.
 * Whoever publishes, reads and inspects is in this process, so nothing is copied between processes and nothing polls.
 */
export class SqliteEventLog extends EventLog {
  readonly publisher: SqlitePublisher;

  private readonly file: LogFile;
  private readonly groups = new ConsumerGroups();
  private readonly retention: Retention;
  private closing: Promise<void> | undefined;

  /** @throws EventLogError `unavailable` if another process has the file or it cannot be opened; `fatal` if it is damaged */
  constructor(options: EventLogOptions, parts: Partial<SqliteParts> = {}) {
    super();
    this.file = new LogFile(parts.database ?? openLogDatabase(directoryOf(options.url), options.log));
    this.publisher = new SqlitePublisher(this.file, options.publishTimeoutMs, () => this.groups.wakeAll());
    this.retention = new Retention(this.file, parts.retention ?? DEFAULT_RETENTION);
    this.retention.start();
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

  override async proveWritable(topic: string): Promise<void> {
    await this.requireTopics([topic]);
    this.attempt('write its file', () => this.file.proveWritable());
  }

  close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  private async shutDown(): Promise<void> {
    this.retention.stop();
    await this.groups.closeAll();
    await this.publisher.close();
    this.file.close();
  }

  private attempt(what: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      if (error instanceof EventLogError) throw error;
      throw new EventLogError('unavailable', `The event log could not ${what}: ${(error as Error).message}`, {
        cause: error,
        failure: writeFailure(error),
      });
    }
  }
}

/** `file:./data` and `file:data` are relative to the working directory; `file:///var/data` is absolute. */
function directoryOf(url: string): string {
  return url.startsWith('file://') ? fileURLToPath(url) : resolve(url.slice('file:'.length));
}
