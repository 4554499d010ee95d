import type { OnApplicationShutdown } from '@nestjs/common';
import type { Clock } from '@sluice/async';
import type { ProblemEntry } from '@sluice/contracts';
import {
  type AppliedSchema,
  findSchemaFiles,
  loadSchemas,
  type PayloadSchemas,
  SchemasError,
  type SchemaSet,
} from '@sluice/ingest';
import type { Logger } from '@sluice/observability';
import type { SchemaMetrics } from './schema-metrics.js';

/** The files are read, not watched: mounted ones are changed by moving a link, which no watch on a file sees. */
const RELOAD_MS = 2_000;
/** Of each schema, one violation is logged in so long. */
const LOG_MS = 60_000;

/** The schemas as their directory says them now. While it cannot be used, the last ones stay. */
export class SchemaFeed implements PayloadSchemas, OnApplicationShutdown {
  private readonly timer: NodeJS.Timeout;
  private readonly loggedAtMs = new Map<string, number>();
  private fault: string | undefined;
  private isReloading = false;

  /** @param current what the directory holds at the start */
  constructor(
    private readonly directory: string,
    public current: SchemaSet,
    private readonly clock: Clock,
    private readonly logger: Logger,
    private readonly metrics: SchemaMetrics,
  ) {
    this.timer = setInterval(() => void this.reload(), RELOAD_MS).unref();
  }

  onViolation(applied: AppliedSchema, [first]: readonly ProblemEntry[]): void {
    this.metrics.violated(applied);
    const {
      schema: { name },
      mode,
    } = applied;
    const nowMs = this.clock.monotonicMs();
    if (nowMs - (this.loggedAtMs.get(name) ?? -Infinity) < LOG_MS) return;
    this.loggedAtMs.set(name, nowMs);
    const { pointer, rule, expected } = first!;
    this.logger.warn({ schema: name, mode, pointer, rule, expected }, 'a payload violates the schema of its device');
  }

  /** Loads the present files of the directory. Never rejects. */
  async reload(): Promise<void> {
    if (this.isReloading) return;
    this.isReloading = true;
    try {
      await this.takeOver();
    } catch (error) {
      this.failed((error as Error).message);
    } finally {
      this.isReloading = false;
    }
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private async takeOver(): Promise<void> {
    const files = findSchemaFiles(this.directory);
    if (files.fingerprint === this.current.fingerprint) return void (this.fault = undefined);
    this.current = await loadSchemas(files);
    this.fault = undefined;
    this.logger.info({ schemas: this.current.names.length }, 'the payload schemas have changed');
  }

  private failed(fault: string): void {
    if (fault === this.fault) return;
    this.fault = fault;
    this.metrics.reloadFailed();
    this.logger.warn({ reason: fault }, 'SCHEMAS_DIR is invalid: the last schemas stay active');
  }
}

/**
 * The schemas at the start.
 *
 * @throws SchemasError that names the file, the place and the fix
 */
export async function schemasAtStart(directory: string): Promise<SchemaSet> {
  try {
    return await loadSchemas(findSchemaFiles(directory));
  } catch (error) {
    if (error instanceof SchemasError) throw error;
    throw new SchemasError(`SCHEMAS_DIR: ${(error as Error).message}`);
  }
}
