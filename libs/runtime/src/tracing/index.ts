export * from './append-spans.js';
export * from './open-tracing.js';
export * from './trace-log.js';
export * from './trace-parent.js';
export * from './tracer.js';
export * from './tracing.js';
