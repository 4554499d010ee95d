import type { Batch, KafkaMessage } from 'kafkajs';
import type { LogRecord } from '@sluice/event-log';

/** Turns the messages of one batch into records. */
export class RecordReader {
  /** Most records of a topic carry the same few headers: to compare bytes is cheaper than to decode them once more. */
  private readonly lastTexts = new Map<string, { bytes: Buffer; text: string }>();

  constructor(private readonly batch: Batch) {}

  read({ key, value, headers, timestamp, offset }: KafkaMessage): LogRecord {
    const { topic, partition } = this.batch;
    const timestampMs = Number(timestamp);
    return { key, value, headers: this.textsOf(headers), timestampMs, topic, partition, offset: Number(offset) };
  }

  private textsOf(headers: KafkaMessage['headers']): Record<string, string> {
    const texts: Record<string, string> = {};
    for (const name in headers) texts[name] = this.textOf(name, headers[name]);
    return texts;
  }

  /** Kafka lets a name stand several times; as in its own clients, the last one counts. */
  private textOf(name: string, value: Buffer | string | (Buffer | string)[] | undefined): string {
    if (Array.isArray(value)) return this.textOf(name, value.at(-1));
    if (!Buffer.isBuffer(value)) return value ?? '';
    const last = this.lastTexts.get(name);
    if (last?.bytes.equals(value) === true) return last.text;
    const text = value.toString();
    this.lastTexts.set(name, { bytes: value, text });
    return text;
  }
}
