import cluster from 'node:cluster';
import { Clock } from '@sluice/async';
import { type LeaseAsk, LeaseOffice } from '@sluice/ingest';
import { changeLevelOnSignal, createLogger, createRegistry, type Logger } from '@sluice/observability';
import { type Link, type Member, type MemberProcess, ProcessGroup } from '@sluice/process';
import type { GatewayConfig } from '../settings.js';
import { closeConnectionsInHand } from './connections-in-hand.js';
import { GroupHealth } from './group-health.js';
import { GroupMetrics } from './group-metrics.js';
import { PROCESS_NUMBER } from './process-number.js';

/** The processes end by themselves in time; one that hangs is killed this much later. */
const KILL_AFTER_MS = 2_000;

/**
 * Runs the gateway as several processes on one port: this one listens, hands connections out in turn, and serves none of them.
 *
 * @returns the exit code, once all have ended
 */
export async function runPrimary(config: GatewayConfig): Promise<number> {
  const logger = createLogger({ app: 'gateway', level: config.logLevel }).child({ process: 'primary' });
  const registry = createRegistry();
  const leases = new LeaseOffice(config, new Clock());
  const group: ProcessGroup = new ProcessGroup({
    count: config.gatewayProcesses,
    fork: forkWith(config.gatewayProcesses),
    logger,
    stopTimeoutMs: config.drainNoticeMs + config.shutdownTimeoutMs + KILL_AFTER_MS,
    onFork: (member, link) => answer(member, link),
    onEnd: ({ number }) => metrics.ended(number),
  });
  const metrics = new GroupMetrics(group, registry, new Clock());
  const health = new GroupHealth(group, logger);
  const answer = (member: Member, link: Link): void => {
    link.answer('metrics', () => metrics.text());
    link.answer('peers', () => health.peersOf(member));
    link.answer('leases', (asks: readonly LeaseAsk[]) => leases.answer(asks));
  };
  followSignals(group, logger);
  health.watch();
  return group.run();
}

function forkWith(count: number): (number: number) => MemberProcess {
  // JSON has no NaN, which gauges may have.
  cluster.setupPrimary({ serialization: 'advanced' });
  // `auto` is settled once, for all processes.
  return (number) => {
    const worker = cluster.fork({ [PROCESS_NUMBER]: String(number), GATEWAY_PROCESSES: String(count) });
    closeConnectionsInHand(worker);
    return worker;
  };
}

function followSignals(group: ProcessGroup, logger: Logger): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => group.stop(signal));
  changeLevelOnSignal(logger);
  process.on('SIGUSR1', () => group.members.forEach((member) => member.signal('SIGUSR1')));
}
