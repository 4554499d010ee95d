import { expect, it } from '@jest/globals';
import { DEFAULT_NAMES, EventLogError, type EventLog } from '@sluice/event-log';
import { gatewayHealth } from './gateway-health.js';

function readinessOf(log: Partial<EventLog>): Promise<unknown> {
  const [check] = gatewayHealth({
    ping: async () => {},
    requireTopics: async () => {},
    names: DEFAULT_NAMES,
    ...log,
  } as EventLog).ready;
  return Promise.resolve(check!.check());
}

const failing = (error: Error) => () => Promise.reject(error);

it('The gateway is ready when the log answers and has the topic of events', async () => {
  const asked: string[] = [];
  await readinessOf({ requireTopics: async (names) => void asked.push(...names) });
  expect(asked).toEqual(['ingest.events']);
});

it('The gateway is not ready while the log does not answer, and names no host', async () => {
  const away = failing(new EventLogError('unavailable', 'cannot reach broker-7.internal:9092'));
  await expect(readinessOf({ ping: away })).rejects.toThrow(/^the event log does not answer$/);
  await expect(readinessOf({ requireTopics: away })).rejects.toThrow(/^the event log does not answer$/);
});

it('The gateway is not ready without the topic of events', async () => {
  const missing = failing(new EventLogError('topic-missing', 'ingest.events is missing'));
  await expect(readinessOf({ requireTopics: missing })).rejects.toThrow('the topic ingest.events is missing');
});

it('The gateway names the cause of a log that does not answer', async () => {
  const refused = failing(new EventLogError('unavailable', 'broker-7.internal:9092', { failure: 'authentication' }));
  await expect(readinessOf({ ping: refused })).rejects.toThrow(
    /^the event log does not answer \(authentication: the event log rejects the login of this service\)$/,
  );
});
