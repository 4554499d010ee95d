import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EVENTS_TOPIC } from '@sluice/contracts';
import { openEventLog } from '@sluice/engines';
import type { EventLog } from '@sluice/event-log';
import { entryOfEvent, eventOf } from '@sluice/event-log/testing';
import { codeBlocks } from './outside-project.js';

const run = promisify(execFile);
const brokers = process.env['KAFKA_BROKERS']!;
/** The tools are programs of the JVM, which takes its time on a busy machine. */
const PATIENCE_MS = 120_000;

describe('docs/guides/consume.md', () => {
  let log: EventLog;
  let commands: string[];
  const event = eventOf('r-1', { device_id: `dev-${randomUUID()}`, received_at: new Date().toISOString() });

  beforeAll(async () => {
    commands = await codeBlocks('docs/guides/consume.md', 'sh');
    const timeouts = { publishTimeoutMs: 10_000, commitTimeoutMs: 10_000 };
    log = await openEventLog({ url: `kafka://${brokers}`, clientId: 'docs', replicationFactor: 1, ...timeouts });
    await log.requireTopics([EVENTS_TOPIC]).catch(() => log.createTopics([{ name: EVENTS_TOPIC, partitions: 12 }]));
    const [outcome] = await log.publisher.publish(EVENTS_TOPIC, [entryOfEvent(event)]);
    expect(outcome).toMatchObject({ written: true });
  });
  afterAll(() => log.close());

  /** Runs the command with that tool unchanged, in a container of this test and on the broker of this run. */
  async function runTool(tool: string, more = ''): Promise<string> {
    const command = commands.find((text) => text.includes(tool))!.trim();
    const here = command
      .replace('docker compose exec kafka', `docker run --rm --network host apache/kafka:4.3.1`)
      .replace('kafka:9092', brokers);
    const { stdout } = await run('sh', ['-c', `${here} ${more}`], { maxBuffer: 100_000_000 });
    return stdout;
  }

  it(
    'docs/guides/consume.md shows the events with the console consumer: partition, offset, headers, key and value',
    async () => {
      const lines = (await runTool('kafka-console-consumer.sh', '--timeout-ms 10000')).split('\n');
      const [place, offset, headers, key, value] = lines.find((line) => line.includes(event.device_id))!.split('\t');
      expect([place, offset]).toEqual([
        expect.stringMatching(/^Partition:\d+$/),
        expect.stringMatching(/^Offset:\d+$/),
      ]);
      expect(headers).toBe('schema-version:1,content-type:application/json');
      expect(key).toBe(event.device_id);
      expect(JSON.parse(value!)).toEqual(event);
    },
    PATIENCE_MS,
  );

  it(
    'docs/guides/consume.md shows how far each group is',
    async () => {
      const group = `docs-${randomUUID()}`;
      const member = log.subscribe({ group, topics: [EVENTS_TOPIC] });
      const [record] = await member.pull({ maxRecords: 1, maxWaitMs: PATIENCE_MS });
      await member.commit([{ topic: EVENTS_TOPIC, partition: record!.partition, offset: record!.offset + 1 }]);
      const shown = await runTool('kafka-consumer-groups.sh');
      await member.close();
      expect(shown).toMatch(
        new RegExp(`^${group} +${EVENTS_TOPIC} +${record!.partition} +${record!.offset + 1} `, 'm'),
      );
    },
    PATIENCE_MS,
  );
});
