import { describe, expect, it } from '@jest/globals';
import { uniqueName, type LogUnderTest } from './log-under-test.js';

export function describeTopics(underTest: LogUnderTest): void {
  describe('Topics', () => {
    it('The event log creates a topic with the requested partitions', async () => {
      const topic = await underTest.newTopic(4);
      const positions = await underTest.log.inspect({ group: uniqueName('group'), topic }).positions();
      expect(positions.map(({ partition }) => partition)).toEqual([0, 1, 2, 3]);
    });

    it('The event log creates missing topics and does not change existing ones, however often it is called', async () => {
      const topic = await underTest.newTopic(2);
      const another = uniqueName('contract');
      await underTest.log.createTopics([
        { name: topic, partitions: 2 },
        { name: another, partitions: 1 },
      ]);
      await underTest.log.createTopics([{ name: another, partitions: 1 }]);
      await expect(underTest.log.requireTopics([topic, another])).resolves.toBeUndefined();
    });

    it('The event log refuses to create a topic that exists with another number of partitions', async () => {
      const topic = await underTest.newTopic(2);
      const attempt = underTest.log.createTopics([{ name: topic, partitions: 3 }]);
      await expect(attempt).rejects.toMatchObject({ code: 'topic-mismatch', message: expect.stringContaining(topic) });
    });

    it('The event log names a missing topic, and the step that creates it', async () => {
      const missing = uniqueName('missing');
      const attempt = underTest.log.requireTopics([await underTest.newTopic(), missing]);
      await expect(attempt).rejects.toMatchObject({ code: 'topic-missing', message: expect.stringContaining(missing) });
      await expect(attempt).rejects.toThrow(/\binit\b/);
    });

    it('The event log answers a ping', async () => {
      await expect(underTest.log.ping()).resolves.toBeUndefined();
    });
  });
}
