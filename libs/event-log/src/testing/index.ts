export * from './event-log-contract.js';
export * from './events.js';
export * from './fake-publisher.js';
export * from './fake-subscription.js';
