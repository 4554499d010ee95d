export * from './otlp-receiver.js';

export * from './recorded-spans.js';
