export * from './batch-loop.js';
export * from './batch-transport.js';
export * from './loop-state.js';
export * from './outcome.js';
export * from './poison-guard.js';
export * from './worker-note.js';
