import { Inject, Injectable, Optional } from '@nestjs/common';
import { Counter, Registry } from 'prom-client';
import type { AppliedSchema } from '@sluice/ingest';

/** What is measured of payload schemas; there whether schemas are set or not. */
@Injectable()
export class SchemaMetrics {
  private readonly violations = new Counter({
    name: 'sluice_schema_violations_total',
    help: 'Records whose payload violates the schema of its device, by schema and mode.',
    labelNames: ['type', 'version', 'mode'],
    registers: [this.registry],
  });
  private readonly failures = new Counter({
    name: 'sluice_schema_reload_failures_total',
    help: 'Reloads of SCHEMAS_DIR that failed, so that the last schemas stay active.',
    registers: [this.registry],
  });

  constructor(@Optional() @Inject(Registry) private readonly registry: Registry = new Registry()) {}

  violated({ schema: { type, version }, mode }: AppliedSchema): void {
    this.violations.inc({ type, version, mode });
  }

  reloadFailed(): void {
    this.failures.inc();
  }
}
