import mongoose from 'mongoose';
import { inTime } from '@sluice/async';
import { type RecordStoreOptions, RecordStoreError, StoreOutage, type StoreTrouble } from '@sluice/record-store';
import { mongoTroubleOf, troubleOfCode, withoutLogin } from './mongo-trouble.js';

const DEFAULT_DATABASE = 'sluice';

export type MongoDatabase = mongoose.mongo.Db;

/**
 * One separate connection. Connects in the background, and again with each operation until it has succeeded once; from then on
 * the driver reconnects by itself. Nothing is buffered: an operation either reaches the server in time or fails.
 */
export class MongoConnection {
  private readonly connection = mongoose.createConnection();
  private opening: Promise<MongoDatabase> | undefined;
  private closing: Promise<void> | undefined;
  readonly outage: StoreOutage;

  constructor(private readonly options: RecordStoreOptions) {
    requireReadable(options.url);
    this.outage = new StoreOutage(options.logger);
    this.open().catch(() => undefined);
  }

  /**
   * Runs an operation on the database within the deadline, connecting included. An operation that timed out may still take
   * effect.
   *
   * @throws RecordStoreError `unavailable` with the cause as its trouble and the driver's error as its cause; `closed`
   */
  async run<T>(operation: (database: MongoDatabase) => Promise<T>): Promise<T> {
    this.requireOpen();
    try {
      const result = await this.withinDeadline(this.open().then(operation));
      this.outage.answered();
      return result;
    } catch (error) {
      this.requireOpen();
      throw error instanceof RecordStoreError ? error : this.unavailable(mongoTroubleOf(error), error as Error);
    }
  }

  private unavailable(trouble: StoreTrouble, cause: Error): RecordStoreError {
    const words = withoutLogin(cause.message.trim());
    const message = `MongoDB cannot be used: ${trouble.code}: ${trouble.sentence} (${words}).`;
    this.outage.failed(trouble, message);
    return new RecordStoreError('unavailable', message, { cause, trouble });
  }

  /** Idempotent. Operations under way fail with `closed`. */
  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  private async end(): Promise<void> {
    await (this.connection.getClient() as mongoose.mongo.MongoClient | undefined)?.close(true);
    await this.opening?.catch(() => undefined);
    await this.connection.destroy(true);
  }

  private requireOpen(): void {
    if (this.closing !== undefined) throw new RecordStoreError('closed', 'The record store is closed.');
  }

  private open(): Promise<MongoDatabase> {
    this.opening ??= this.connect().catch((error: unknown) => {
      this.opening = undefined;
      throw error;
    });
    return this.opening;
  }

  private async connect(): Promise<MongoDatabase> {
    const { url, clientId, timeoutMs } = this.options;
    await this.connection.openUri(url, {
      ...(hasDatabase(url) ? {} : { dbName: DEFAULT_DATABASE }),
      appName: clientId,
      autoIndex: false,
      autoCreate: false,
      bufferCommands: false,
      sanitizeFilter: true,
      serverSelectionTimeoutMS: selectionTimeoutMs(timeoutMs),
      connectTimeoutMS: timeoutMs,
      socketTimeoutMS: timeoutMs,
      waitQueueTimeoutMS: timeoutMs,
      // Set explicitly, so that they override the URL.
      w: 'majority',
      journal: true,
      readPreference: 'primary',
    });
    return this.connection.db!;
  }

  private withinDeadline<T>(work: Promise<T>): Promise<T> {
    const { timeoutMs } = this.options;
    const late = new Error(`no answer within ${timeoutMs} ms`);
    return inTime(timeoutMs, work, () => this.unavailable(troubleOfCode('timeout'), late));
  }
}

/** The driver's own message would repeat the URL, and with it the password. */
function requireReadable(url: string): void {
  try {
    new mongoose.mongo.MongoClient(url);
  } catch {
    const form = 'mongodb://[user:password@]host[:port][,...]/[database][?options]';
    throw new RecordStoreError('invalid-url', `The record store URL cannot be read; it must be ${form}.`);
  }
}

/** The driver fails before the deadline of the operation: its error has the cause for each server, the deadline has not. */
function selectionTimeoutMs(timeoutMs: number): number {
  return Math.max(1, timeoutMs - Math.min(500, timeoutMs / 5));
}

function hasDatabase(url: string): boolean {
  return /^mongodb(\+srv)?:\/\/[^/?]+\/[^?]/.test(url);
}
