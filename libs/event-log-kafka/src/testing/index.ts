export { brokersForTests } from './brokers.js';
export type { Right } from './rights.js';
export { PASSWORD, SecuredBroker } from './secured-broker.js';
