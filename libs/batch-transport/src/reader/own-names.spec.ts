import { afterAll, describe, expect, it } from '@jest/globals';
import { EVENTS_TOPIC } from '@sluice/contracts';
import { openBatchTransport } from '../open-batch-transport.js';
import { EmbeddedLogs, embeddedOptions } from '@sluice/event-log-sqlite/testing';
import { openEventReader } from './event-reader.js';
import { openEventLog } from './open-event-log.js';
import { requireOwnGroup } from './own-names.js';

const logs = new EmbeddedLogs();
afterAll(() => logs.remove());

const REFUSED: [group: string, storeGroup: string | undefined, code: string, problem: string][] = [
  ['sluice-store', undefined, 'reserved-group', 'the consumer group of the buffer worker'],
  ['staging.sluice-store', undefined, 'reserved-group', '"staging.sluice-store"'],
  ['plant-7-sluice-store', undefined, 'reserved-group', '"plant-7-sluice-store"'],
  ['site-writer', 'site-writer', 'reserved-group', '"site-writer"'],
  ['sluice-store', 'site-writer', 'reserved-group', '"sluice-store"'],
  ['', undefined, 'invalid-group', 'must not be empty'],
  ['  ', undefined, 'invalid-group', 'must not be empty'],
  [' alerts', undefined, 'invalid-group', 'must not begin or end with a space'],
  ['sluice-store ', undefined, 'invalid-group', 'must not begin or end with a space'],
  ['sluice-store.', undefined, 'invalid-group', 'must not begin or end with a dot'],
  ['alerts\n', undefined, 'invalid-group', 'printable ASCII'],
  ['alérts', undefined, 'invalid-group', 'printable ASCII'],
  ['a'.repeat(201), undefined, 'invalid-group', 'at most 200 characters'],
  [undefined as unknown as string, undefined, 'invalid-group', 'must be a text, not undefined'],
];

describe('Names of a consumer', () => {
  const url = `file:${logs.newDirectory()}`;

  it.each(REFUSED)(
    'The group %j is refused while the record store has %j: %s',
    async (group, storeGroup, code, problem) => {
      const refusal = { name: 'EventLogError', code, message: expect.stringContaining(problem) };
      await expect(openEventReader({ url, group, storeGroup })).rejects.toMatchObject(refusal);
      await expect(openBatchTransport({ url, group, storeGroup })).rejects.toMatchObject(refusal);
      const log = await openEventLog({ ...embeddedOptions(logs.newDirectory()), storeGroup });
      await log.createTopics([{ name: EVENTS_TOPIC, partitions: 1 }]);
      let refused: unknown;
      try {
        log.subscribe({ group, topics: [EVENTS_TOPIC] });
      } catch (error) {
        refused = error;
      }
      await log.close();
      expect(refused).toMatchObject(refusal);
    },
  );

  it.each(['alerts', 'sluice-store-audit', 'store', 'team:alerts/2'])('The group %j is accepted', (group) => {
    expect(() => requireOwnGroup(group, {})).not.toThrow();
  });
});

describe('Options of openBatchTransport', () => {
  const options = { url: `file:${logs.newDirectory()}`, group: 'alerts' };

  it.each([
    ['ingest.dead-letters', 'reserved-topic'],
    ['staging.ingest.dead-letters', 'reserved-topic'],
    ['ingest.events', 'reserved-topic'],
    ['my topic', 'invalid-topic'],
    ['..', 'invalid-topic'],
    ['', 'invalid-topic'],
  ])('The dead-letter topic %j is refused', async (deadLetterTopic, code) => {
    await expect(openBatchTransport({ ...options, deadLetterTopic })).rejects.toMatchObject({
      code,
      message: expect.stringContaining('deadLetterTopic'),
    });
  });

  it.each([0, -1, 1.5, NaN])('The option maxAttempts %d is refused', async (maxAttempts) => {
    await expect(openBatchTransport({ ...options, maxAttempts })).rejects.toThrow('The option maxAttempts must be');
  });
});
