import type { Clock } from '@sluice/async';
import { type JsonObject, uuidV7 } from '@sluice/contracts';
import type { BufferInspector } from '@sluice/event-log';
import type { DocumentStore } from '@sluice/record-store';
import type { RedrivePlan } from './plan-redrive.js';
import { isActive, type Redrive } from './redrive.js';
import { RedriveError } from './redrive-error.js';

/** A plan describes the topic as it was; after this time, a new one is needed. */
const PLAN_VALID_MS = 24 * 60 * 60_000;
/** Up to this number, plans that are no longer valid stay: so few are worth no search. */
const KEPT_PLANS = 100;
/** Beyond this number, plans that are still valid go too, the oldest first. It is also the most that one search reads. */
const MAX_PLANS = 1000;
const PLANS = { from: 'plan/', to: 'plan0' };
/** Names the redrive that was started last: that there is one active redrive at most is decided by its versions. */
const LATEST = 'latest';
const ATTEMPTS = 10;

/** Plans and redrives, kept beside the records. All changes are compare-and-set: several processes may make them. */
export class Redrives {
  constructor(
    private readonly documents: DocumentStore,
    private readonly clock: Clock,
  ) {}

  /** Old plans go then. @throws RecordStoreError `unavailable` */
  async keepPlan(plan: RedrivePlan): Promise<void> {
    const content = plan as unknown as JsonObject;
    await this.documents.add('redrives', [{ id: `plan/${plan.plan_hash}`, content }]);
    // The plan is kept; what cannot be removed now goes with a later one.
    await this.removeOldPlans().catch(() => undefined);
  }

  /** A redrive has all that it needs of its plan, so none is missed. */
  private async removeOldPlans(): Promise<void> {
    const count = await this.documents.count('redrives', PLANS);
    if (count <= KEPT_PLANS) return;
    const plans = (await this.documents.list('redrives', PLANS, MAX_PLANS)).map(({ id, content }) => ({
      id,
      createdMs: Date.parse(String(content['created_at'])),
    }));
    const expired = plans.filter(({ createdMs }) => !(this.clock.now() - createdMs <= PLAN_VALID_MS));
    const surplus = plans.toSorted((a, b) => a.createdMs - b.createdMs).slice(0, Math.max(0, count - MAX_PLANS));
    await this.documents.remove('redrives', [...new Set([...expired, ...surplus].map(({ id }) => id))]);
  }

  /**
   * Makes a redrive out of a plan.
   *
   * @throws RedriveError `unknown`, `outdated`, `active`; RecordStoreError, EventLogError `unavailable`
   */
  async start(planHash: string, actor: string, inspector: BufferInspector): Promise<Redrive> {
    const plan = await this.planOf(planHash);
    const latest = await this.documents.find('redrives', LATEST);
    const before = latest && (await this.find(String(latest.content['id'])));
    if (before !== undefined && isActive(before)) throw anotherOne(before.id);
    await this.requireThere(plan, inspector);
    const redrive = this.redriveOf(plan, actor);
    await this.documents.put('redrives', { id: redrive.id, version: 1, content: redrive as unknown as JsonObject });
    const version = (latest?.version ?? 0) + 1;
    if (await this.documents.put('redrives', { id: LATEST, version, content: { id: redrive.id } })) return redrive;
    await this.change(redrive.id, (own) => ({ ...own, state: 'cancelled', ended_at: this.clock.nowText() }));
    throw anotherOne('one that was started at the same time');
  }

  /** The one that was started last. @throws RecordStoreError `unavailable` */
  async latest(): Promise<Redrive | undefined> {
    const latest = await this.documents.find('redrives', LATEST);
    return latest && this.find(String(latest.content['id']));
  }

  /** @throws RecordStoreError `unavailable` */
  async find(id: string): Promise<Redrive | undefined> {
    const found = await this.documents.find('redrives', id);
    return found && 'state' in found.content ? (found.content as unknown as Redrive) : undefined;
  }

  /** The newest first. @param limit 1..1000 @throws RecordStoreError `unavailable` */
  async list(limit: number): Promise<Redrive[]> {
    const found = await this.documents.list('redrives', { from: '0', to: 'g' }, limit, 'descending');
    return found.map(({ content }) => content as unknown as Redrive);
  }

  /**
   * Makes the next version of a redrive out of the one that is there; again, if another process was faster.
   *
   * @param next returns `undefined` to leave it as it is
   * @returns the redrive as it is then; `undefined` if there is none
   * @throws what `next` throws; RecordStoreError `unavailable`
   */
  async change(id: string, next: (redrive: Redrive) => Redrive | undefined): Promise<Redrive | undefined> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const found = await this.documents.find('redrives', id);
      if (found === undefined || !('state' in found.content)) return undefined;
      const redrive = found.content as unknown as Redrive;
      const changed = next(redrive);
      if (changed === undefined) return redrive;
      const content = changed as unknown as JsonObject;
      if (await this.documents.put('redrives', { id, version: found.version + 1, content })) return changed;
    }
    throw new RedriveError('active', 'The redrive is being changed concurrently; send the request again.');
  }

  /** @throws RedriveError `unknown`, `ended` */
  pause(id: string): Promise<Redrive> {
    return this.move(id, 'paused');
  }

  /** @throws RedriveError `unknown`, `ended` */
  resume(id: string): Promise<Redrive> {
    return this.move(id, 'running');
  }

  /** What is published stays published. Cancelling again changes nothing. @throws RedriveError `unknown`, `ended` */
  cancel(id: string): Promise<Redrive> {
    return this.move(id, 'cancelled');
  }

  private async move(id: string, state: 'running' | 'paused' | 'cancelled'): Promise<Redrive> {
    const moved = await this.change(id, (redrive) => {
      if (redrive.state === state) return undefined;
      if (!isActive(redrive)) throw new RedriveError('ended', `Redrive ${id} is over: it is ${redrive.state}.`);
      const now = this.clock.nowText();
      const end = state === 'cancelled' ? { ended_at: now, verdict: PENDING } : {};
      return { ...redrive, ...end, state, waiting_for: null, last_progress_at: now };
    });
    if (moved === undefined) throw new RedriveError('unknown', `There is no redrive ${id}; GET /redrives lists them.`);
    return moved;
  }

  private async planOf(planHash: string): Promise<RedrivePlan> {
    const found = await this.documents.find('redrives', `plan/${planHash}`);
    if (found === undefined) {
      throw new RedriveError('unknown', 'There is no plan with this plan_hash; make one with "dry_run": true.');
    }
    const plan = found.content as unknown as RedrivePlan;
    if (this.clock.now() - Date.parse(plan.created_at) > PLAN_VALID_MS) {
      throw new RedriveError('outdated', 'The plan is older than 24 hours; make a new one with "dry_run": true.');
    }
    return plan;
  }

  /** A run would silently skip letters that the topic has lost since. */
  private async requireThere({ ranges }: RedrivePlan, inspector: BufferInspector): Promise<void> {
    const positions = new Map((await inspector.positions()).map((position) => [position.partition, position]));
    let gone = 0;
    for (const { partition, from, to } of ranges) {
      const { low = Infinity, high = 0 } = positions.get(partition) ?? {};
      gone += Math.max(0, Math.min(low, to) - from) + Math.max(0, to - Math.max(high, from));
    }
    if (gone === 0) return;
    const detail = `${gone} letters of the plan were removed from the topic since; make a new plan.`;
    throw new RedriveError('outdated', detail);
  }

  private redriveOf(plan: RedrivePlan, actor: string): Redrive {
    const { plan_hash, filter, edit, rate, limit, ranges } = plan;
    const now = this.clock.nowText();
    return {
      id: uuidV7(this.clock.now()),
      state: 'running',
      ...{ plan_hash, actor, filter, edit, rate, limit, ranges },
      next: ranges.map(({ from }) => from),
      counts: { read: 0, matched: 0, published: 0, skipped: 0, refused: 0, gone: 0 },
      refused_by_reason: {},
      waiting_for: null,
      ...{ created_at: now, last_progress_at: now, ended_at: null, error: null },
      verdict: null,
      lease: null,
    };
  }
}

export const PENDING: NonNullable<Redrive['verdict']> = { complete: false, stored: 0, came_back: 0, waiting: 0 };

function anotherOne(id: string): RedriveError {
  return new RedriveError('active', `Another redrive is active (${id}); wait for its end, or cancel it.`);
}
