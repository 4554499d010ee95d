export { KafkaEventLog } from './kafka-event-log.js';
