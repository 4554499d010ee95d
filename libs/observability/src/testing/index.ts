export * from './otlp-receiver.js';

export * from './told-spans.js';
