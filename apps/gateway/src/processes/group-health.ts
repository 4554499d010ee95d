import type { Logger } from '@sluice/observability';
import type { Member, ProcessGroup } from '@sluice/process';
import type { PeersHealth } from './peers.js';

const READINESS_TIMEOUT_MS = 2_000;
const ALIVE_EVERY_MS = 10_000;
/** A process that has not answered for about half a minute hangs: a restart helps. */
const MAX_SILENCES = 3;

/** Whether the processes of the group are ready, and whether they still answer at all. */
export class GroupHealth {
  private readonly silences = new WeakMap<object, number>();

  constructor(
    private readonly group: ProcessGroup,
    private readonly logger: Logger,
  ) {}

  /**
   * The whole is ready once all processes have started, while each that takes connections is ready. One that is being restarted
   * takes none, so it does not count.
   */
  async peersOf(asking: Member): Promise<PeersHealth> {
    const { members, up, isRunning } = this.group;
    const counts = { running: up.length, of: members.length };
    if (!isRunning) return { ...counts, fault: `${counts.running} of ${counts.of} processes have started` };
    const faults = await Promise.all(up.filter((member) => member !== asking).map(faultOf));
    const fault = faults.find((found) => found !== undefined);
    return fault === undefined ? counts : { ...counts, fault };
  }

  /** From now on, a process that hangs is ended, and restarted as every other that ends. @returns ends the watch */
  watch(everyMs = ALIVE_EVERY_MS): () => void {
    const timer = setInterval(() => this.group.up.forEach((member) => void this.check(member, everyMs)), everyMs);
    timer.unref();
    return () => clearInterval(timer);
  }

  private async check(member: Member, timeoutMs: number): Promise<void> {
    const { link } = member;
    if (link === undefined) return;
    const isAlive = await link.ask<boolean>('alive', timeoutMs).catch(() => false);
    const silences = isAlive ? 0 : (this.silences.get(link) ?? 0) + 1;
    this.silences.set(link, silences);
    if (silences < MAX_SILENCES || member.link !== link) return;
    this.logger.error({ number: member.number }, 'a process does not answer any more: it is ended');
    member.kill();
  }
}

async function faultOf({ number, link }: Member): Promise<string | undefined> {
  try {
    const fault = await link?.ask<string | undefined>('readiness', READINESS_TIMEOUT_MS);
    return fault === undefined ? undefined : `process ${number} is not ready: ${fault}`;
  } catch {
    return `process ${number} does not answer`;
  }
}
