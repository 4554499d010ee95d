import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Gauge, Registry } from 'prom-client';
import { topicRules } from '@sluice/engines';
import { EventLog, UNREADABLE_SETTING, type TopicFinding } from '@sluice/event-log';
import { LOGGER, type Logger } from '@sluice/observability';

const CHECK_INTERVAL_MS = 300_000;
/** Interval until the event log has answered once. */
const RETRY_INTERVAL_MS = 5_000;

/**
 * Checks the topics for settings that may lose records: at the start, and from time to time, because any user with the right may
 * change them. A finding stops nothing; it is reported for a person.
 */
@Injectable()
export class TopicCheck implements OnApplicationBootstrap, BeforeApplicationShutdown {
  #findings: readonly TopicFinding[] = [];
  readonly #stopping = new AbortController();
  readonly #gauge: Gauge<'topic' | 'setting'>;

  constructor(
    @Inject(EventLog) private readonly log: Pick<EventLog, 'names' | 'topicFindings'>,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(Registry) registry: Registry,
  ) {
    this.#gauge = new Gauge({
      name: 'sluice_topic_setting_wrong',
      help: 'Whether a setting of a topic puts records at risk: 1 if so, absent if not.',
      labelNames: ['topic', 'setting'],
      registers: [registry],
    });
  }

  /** The known findings; settings that may not be read are not among them. */
  get wrong(): readonly TopicFinding[] {
    return this.#findings.filter(({ setting }) => setting !== UNREADABLE_SETTING);
  }

  onApplicationBootstrap(): void {
    void this.run();
  }

  beforeApplicationShutdown(): void {
    this.#stopping.abort();
  }

  /** @returns whether the log has answered */
  async check(): Promise<boolean> {
    try {
      this.replace(await this.log.topicFindings(topicRules(this.log.names)));
      return true;
    } catch {
      return false;
    }
  }

  private async run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const intervalMs = (await this.check()) ? CHECK_INTERVAL_MS : RETRY_INTERVAL_MS;
      await delay(intervalMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  private replace(findings: readonly TopicFinding[]): void {
    const known = new Set(this.#findings.map(({ detail }) => detail));
    for (const { topic, setting, detail } of findings)
      if (!known.has(detail)) this.logger.warn({ topic, setting }, detail);
    if (findings.length === 0 && known.size > 0) this.logger.info('the settings of the topics are correct again');
    this.#findings = findings;
    this.#gauge.reset();
    for (const { topic, setting } of this.wrong) this.#gauge.set({ topic, setting }, 1);
  }
}
