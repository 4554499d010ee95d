import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Clock } from '@sluice/async';
import type { BufferInspector } from '@sluice/event-log';
import { invalidParameter, ProblemError } from '@sluice/http';
import {
  Dispositions,
  parseRedriveRequest,
  planRedrive,
  type Redrive,
  RedriveError,
  type RedrivePlan,
  type RedriveRequest,
  RedriveRunner,
  Redrives,
} from '@sluice/redrive';
import { DEAD_LETTERS_INSPECTOR } from '../inspectors.js';
import { HeavyReads } from '../reading/heavy-reads.js';
import { WatchedStore } from '../watched-store.js';
import { AuditTrail } from '../audit/audit-trail.js';
import { DeadLettersView } from './dead-letters-view.js';

/** A redrive in an answer. */
export type RedriveAnswer = Omit<Redrive, 'lease'>;

/** Plans and runs redrives, and records their users. */
@Injectable()
export class RedriveService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    @Inject(DeadLettersView) private readonly letters: DeadLettersView,
    @Inject(DEAD_LETTERS_INSPECTOR) private readonly inspector: BufferInspector,
    @Inject(WatchedStore) private readonly store: WatchedStore,
    @Inject(Dispositions) private readonly dispositions: Dispositions,
    @Inject(Redrives) private readonly redrives: Redrives,
    @Inject(RedriveRunner) private readonly runner: RedriveRunner,
    @Inject(HeavyReads) private readonly heavy: HeavyReads,
    @Inject(AuditTrail) private readonly audit: AuditTrail,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.runner.start();
  }

  /** Called before the engines close: the current step is finished. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.runner.stop();
  }

  /**
   * @param body of `POST /redrives`
   * @throws ProblemError `invalid-parameter`, `redrive-conflict`, `not-found`, `rate-limited`, `buffer-behind`
   */
  async post(request: FastifyRequest, body: unknown): Promise<RedrivePlan | RedriveAnswer> {
    const asked = parseRedriveRequest(body);
    if ('faults' in asked) {
      throw invalidParameter(asked.faults.map((fault) => ({ ...fault, code: 'value' })));
    }
    return 'planHash' in asked ? this.start(request, asked.planHash) : this.plan(request, asked.plan);
  }

  async list(): Promise<RedriveAnswer[]> {
    return (await this.redrives.list(50)).map(answerOf);
  }

  /** @throws ProblemError `not-found` */
  async find(id: string): Promise<RedriveAnswer> {
    const redrive = await this.redrives.find(id);
    if (redrive === undefined) throw new ProblemError('not-found', 'There is no redrive with this id.');
    return answerOf(redrive);
  }

  /** @throws ProblemError `not-found`, `redrive-conflict` */
  async move(request: FastifyRequest, id: string, move: 'pause' | 'resume' | 'cancel'): Promise<RedriveAnswer> {
    const { plan_hash } = await this.find(id);
    await this.audit.write(request, { action: `redrive.${move}`, redrive_id: id, plan_hash });
    const moved = await orProblem(this.redrives[move](id));
    this.runner.wake();
    return answerOf(moved);
  }

  private async plan(request: FastifyRequest, options: Extract<RedriveRequest, { plan: object }>['plan']) {
    const { source } = this.letters;
    const parts = { source, reader: this.store, dispositions: this.dispositions, clock: this.clock };
    // The checks of a plan read the record store.
    await this.heavy.refuseWhileBehind();
    const plan = await this.heavy.search(() => planRedrive({ ...options, ...parts }));
    await this.audit.write(request, { action: 'redrive.plan', plan_hash: plan.plan_hash });
    await this.redrives.keepPlan(plan);
    return plan;
  }

  private async start(request: FastifyRequest, planHash: string): Promise<RedriveAnswer> {
    const who = await this.audit.write(request, { action: 'redrive.start', plan_hash: planHash });
    const redrive = await orProblem(this.redrives.start(planHash, who, this.inspector));
    this.runner.wake();
    return answerOf(redrive);
  }
}

function answerOf({ lease, ...redrive }: Redrive): RedriveAnswer {
  void lease;
  return redrive;
}

/** @throws ProblemError for a {@link RedriveError} */
async function orProblem<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof RedriveError)) throw error;
    throw new ProblemError(error.code === 'unknown' ? 'not-found' : 'redrive-conflict', error.message);
  }
}
