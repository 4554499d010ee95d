import { EventLogError, type EventLogOptions, type FailureCause } from '@sluice/event-log';
import { pause, within } from '@sluice/async';
import { codecOf } from './compression.js';
import { ConnectionAttempts } from './connection-attempts.js';
import { newCluster } from './direct-cluster.js';
import { DirectProducer } from './direct-producer.js';
import { newKafkaClient } from './kafka-client.js';
import { brokerErrorOf, causeOf, describeError } from './kafka-errors.js';
import { KafkaJsProducer } from './kafkajs-producer.js';
import type { ProducerClient } from './producer-client.js';
import type { Reachability } from './reachability.js';

/**
 * `idle`: no publish yet. `connecting`: the first attempt. `connected`: sends are accepted. `away`: sends are refused at once, so
 * that nothing piles up, while a loop tries to reconnect. `closed`: for good.
 *
 * idle -> connecting -> connected <-> away; any -> closed
 */
type State = 'idle' | 'connecting' | 'connected' | 'away' | 'closed';

const RECOVERY_DELAY_MS = 500;
const CLOSE_TIMEOUT_MS = 3_000;
/** Leaders are looked up again after this time, and a probe asks the brokers only if none was looked up within it. */
const MAX_METADATA_AGE_MS = 5_000;

/** The producer and the state of its brokers. */
export class ProducerConnection {
  private readonly producer: ProducerClient;
  private readonly attempts = new ConnectionAttempts();
  private state: State = 'idle';
  /** The error of the last probe. */
  private lastFailure: FailureCause | undefined;
  private firstAttempt: Promise<void> | undefined;
  private comingBack: Promise<void> | undefined;
  private readonly closing = new AbortController();

  constructor(
    options: EventLogOptions,
    private readonly reachability: Reachability,
  ) {
    const client = newKafkaClient(options, this.attempts, { requestTimeout: options.publishTimeoutMs });
    const metadataMaxAgeMs = Math.min(MAX_METADATA_AGE_MS, options.publishTimeoutMs);
    this.producer =
      options.producer === 'kafkajs'
        ? new KafkaJsProducer(client, options, metadataMaxAgeMs)
        : new DirectProducer(newCluster(client, metadataMaxAgeMs), options.publishTimeoutMs, codecOf(options));
  }

  get isInUse(): boolean {
    return this.state !== 'idle';
  }

  /** Why there is no connection, if known. */
  get failure(): FailureCause | undefined {
    const { lastError } = this.attempts;
    return lastError === undefined ? this.lastFailure : causeOf(lastError);
  }

  /** The connected producer. Waits only for the first attempt to connect. @throws EventLogError `unavailable` */
  async ready(): Promise<ProducerClient> {
    if (this.state !== 'connected') await (this.firstAttempt ??= this.connectFirst());
    if (this.state === 'connected') return this.producer;
    const failure = this.failure ?? 'unreachable';
    throw new EventLogError('unavailable', `Kafka cannot be reached (${failure})`, { failure });
  }

  /** A round trip on the connection that publishes. */
  async probe(): Promise<void> {
    try {
      await this.producer.probe();
      this.lastFailure = undefined;
    } catch (error) {
      this.lastFailure = causeOf(error);
      throw error;
    }
  }

  /** A send has failed: by the broker's refusal, which shows that it is reachable, or because no broker answered. */
  failed(error: unknown): void {
    if (brokerErrorOf(error) === undefined) this.doubt(describeError(error));
  }

  /** Accepts no more sends until a probe has succeeded. */
  doubt(reason: string): void {
    if (this.state !== 'connected' && this.state !== 'connecting') return;
    this.state = 'away';
    this.reachability.lost(this, reason);
    this.comingBack = this.comeBack();
  }

  /** Disconnects after the last attempt to connect, which would open a connection again. Idempotent. */
  async close(): Promise<void> {
    this.state = 'closed';
    this.reachability.forget(this);
    this.closing.abort();
    this.attempts.end();
    await within(CLOSE_TIMEOUT_MS, this.disconnect());
  }

  private async disconnect(): Promise<void> {
    await Promise.allSettled([this.firstAttempt, this.comingBack]);
    await this.producer.disconnect().catch(() => undefined);
  }

  private async connectFirst(): Promise<void> {
    this.state = 'connecting';
    try {
      await this.probe();
      if (this.state === 'connecting') this.state = 'connected';
    } catch (error) {
      this.doubt(describeError(error));
    }
  }

  private async comeBack(): Promise<void> {
    while (this.state === 'away') {
      if (await this.answersProbe()) return this.cameBack();
      await pause(RECOVERY_DELAY_MS, this.closing.signal);
    }
  }

  private async answersProbe(): Promise<boolean> {
    return this.probe().then(
      () => true,
      () => false,
    );
  }

  private cameBack(): void {
    if (this.state !== 'away') return;
    this.state = 'connected';
    this.reachability.back(this);
  }
}
