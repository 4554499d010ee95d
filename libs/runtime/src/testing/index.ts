export * from './access-walk.js';
export * from './client-certificates.js';
export * from './otlp-receiver.js';
export * from './registered-routes.js';
export * from './told-spans.js';
