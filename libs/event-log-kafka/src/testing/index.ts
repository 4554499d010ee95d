export { brokersForTests } from './brokers.js';
