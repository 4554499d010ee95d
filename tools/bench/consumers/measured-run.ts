/** What a consumer is to do, from the environment. */
export const { BROKERS = '', MONGO_URL = '', TOPIC = '', GROUP = '', COUNT = '', STORE = '' } = process.env;

export interface ConsumerCost {
  cpuMicros: number;
  perSecond: number;
}

/** From the first batch to the last record of a consumer. */
export class MeasuredRun {
  private records = 0;
  private startedAt: { ms: number; cpu: NodeJS.CpuUsage } | undefined;

  /** Call it before a batch is handled; only the first call counts. */
  begin(): void {
    this.startedAt ??= { ms: performance.now(), cpu: process.cpuUsage() };
  }

  /** Call it after a batch is handled. Reports to the parent process when COUNT records are. */
  add(records: number): void {
    this.records += records;
    if (this.records < Number(COUNT)) return;
    const { ms, cpu } = this.startedAt!;
    const { user, system } = process.cpuUsage(cpu);
    const seconds = (performance.now() - ms) / 1000;
    const cost: ConsumerCost = { cpuMicros: (user + system) / this.records, perSecond: this.records / seconds };
    process.send!(cost);
  }
}
