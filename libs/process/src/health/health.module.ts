import { Controller, Get, Inject, Injectable, Module, type DynamicModule } from '@nestjs/common';
import { HealthCheckService, HealthIndicatorService, TerminusModule, type HealthCheckResult } from '@nestjs/terminus';
import { inTime } from '@sluice/async';
import { Access } from '@sluice/http';
import { Lifecycle } from '../lifecycle.js';

export type HealthDetails = Record<string, string | number>;

/** A part that is healthy or reports why it is not. */
export interface HealthCheck {
  name: string;
  /** Resolves with details if healthy. The message of a thrown error is shown: no host names, no secrets. */
  check: () => Promise<HealthDetails | void> | HealthDetails | void;
}

/**
 * The checks of one app. `live`: on failure, a restart would help. `ready`: on failure, no new work should come.
 * An app provides one of these for each feature with a check.
 */
export interface HealthChecks {
  live: readonly HealthCheck[];
  ready: readonly HealthCheck[];
  /** Of `ready`, what other processes of the same service say. It is no part of what this process says to them. */
  peers?: readonly HealthCheck[];
}

const CHECKS = Symbol('HealthChecks');

/** Longest that one check may take; an orchestrator's own limit is usually a few seconds. */
const CHECK_TIMEOUT_MS = 3000;
const noAnswer = (): Error => new Error('no answer in time');

/** Whether this process itself is ready. */
@Injectable()
export class Readiness {
  constructor(
    @Inject(CHECKS) private readonly checks: HealthChecks,
    @Inject(Lifecycle) private readonly lifecycle: Lifecycle,
  ) {}

  /** What has to be healthy for it. */
  get own(): readonly HealthCheck[] {
    return [{ name: 'lifecycle', check: () => this.requireRunning() }, ...this.checks.ready];
  }

  /** @returns the first check that fails and why; `undefined` if it is ready */
  async fault(): Promise<string | undefined> {
    const faults = await Promise.all(this.own.map(faultOf));
    return faults.find((fault) => fault !== undefined);
  }

  private requireRunning(): void {
    if (this.lifecycle.state !== 'running') throw new Error(`the process is ${this.lifecycle.state}`);
  }
}

async function faultOf({ name, check }: HealthCheck): Promise<string | undefined> {
  try {
    await inTime(CHECK_TIMEOUT_MS, Promise.resolve(check()), noAnswer);
    return undefined;
  } catch (error) {
    return `${name}: ${(error as Error).message}`;
  }
}

@Controller('health')
class HealthController {
  constructor(
    @Inject(CHECKS) private readonly checks: HealthChecks,
    @Inject(HealthCheckService) private readonly health: HealthCheckService,
    @Inject(HealthIndicatorService) private readonly indicators: HealthIndicatorService,
    @Inject(Readiness) private readonly readiness: Readiness,
  ) {}

  @Get('live')
  @Access('open', { isProbe: true })
  live(): Promise<HealthCheckResult> {
    return this.run(this.checks.live);
  }

  @Get('ready')
  @Access('open', { isProbe: true })
  ready(): Promise<HealthCheckResult> {
    return this.run([...this.readiness.own, ...(this.checks.peers ?? [])]);
  }

  private run(checks: readonly HealthCheck[]): Promise<HealthCheckResult> {
    return this.health.check(
      checks.map(({ name, check }) => async () => {
        const indicator = this.indicators.check(name);
        try {
          return indicator.up((await inTime(CHECK_TIMEOUT_MS, Promise.resolve(check()), noAnswer)) ?? {});
        } catch (error) {
          return indicator.down({ message: (error as Error).message });
        }
      }),
    );
  }
}

export interface HealthModuleOptions {
  /** The modules that export what `inject` names, unless they are global. */
  imports?: DynamicModule[];
  inject: NonNullable<Parameters<typeof Inject>[0]>[];
  // The injected services, whose types Nest cannot infer.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  useFactory: (...services: any[]) => HealthChecks;
}

/** `GET /health/live` and `GET /health/ready`. One for each process. */
@Module({})
export class HealthModule {
  static forRoot({ imports = [], inject, useFactory }: HealthModuleOptions): DynamicModule {
    return {
      module: HealthModule,
      imports: [TerminusModule.forRoot({ logger: false }), ...imports],
      controllers: [HealthController],
      providers: [{ provide: CHECKS, inject: inject as never[], useFactory }, Readiness],
    };
  }
}
