import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { EventLog } from '../event-log.js';
import { LogUnderTest, entryOf, uniqueName } from './log-under-test.js';

const FOREVER_MS = 600_000;

export function describeClosing(openLog: () => Promise<EventLog>): void {
  describe('A closed event log', () => {
    let underTest: LogUnderTest;

    beforeEach(async () => {
      underTest = new LogUnderTest(openLog);
      await underTest.open();
    });
    afterEach(() => underTest.close());

    it('A closed event log can be closed again', async () => {
      await Promise.all([underTest.log.close(), underTest.log.close()]);
      await expect(underTest.log.close()).resolves.toBeUndefined();
    });

    it('A closed event log refuses to publish afterwards', async () => {
      const topic = await underTest.newTopic();
      await underTest.publish(topic, [entryOf('a', 'x')]);
      await underTest.log.close();
      const attempt = underTest.log.publisher.publish(topic, [entryOf('a', 'y')]);
      await expect(attempt).rejects.toMatchObject({ code: 'closed' });
    });

    it('A closed event log gives an outcome to entries that were being published', async () => {
      const topic = await underTest.newTopic();
      const publish = underTest.log.publisher.publish(topic, [entryOf('a', 'x')]);
      await underTest.log.close();
      expect(await publish).toHaveLength(1);
    });

    it('A closed event log closes the subscriptions that are still open', async () => {
      const subscription = underTest.log.subscribe({
        group: uniqueName('group'),
        topics: [await underTest.newTopic()],
      });
      const pull = subscription.pull({ maxRecords: 1, maxWaitMs: FOREVER_MS });
      await underTest.log.close();
      expect(await pull).toEqual([]);
      await expect(subscription.pull({ maxRecords: 1, maxWaitMs: 1 })).rejects.toMatchObject({ code: 'closed' });
    });
  });
}
