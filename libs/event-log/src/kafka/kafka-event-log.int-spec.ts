import { describeEventLogContract } from '../testing/index.js';
import { KafkaEventLog } from './kafka-event-log.js';
import { brokersForTests } from './testing/brokers.js';

const brokers = brokersForTests();

describeEventLogContract('KafkaEventLog', async () => newLog(`kafka://${brokers}`));

function newLog(url: string): KafkaEventLog {
  return new KafkaEventLog({
    url,
    clientId: 'kafka-event-log-spec',
    publishTimeoutMs: 10_000,
    commitTimeoutMs: 10_000,
    replicationFactor: 1,
  });
}
