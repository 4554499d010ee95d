export * from './answer-in-parts.js';
export * from './client-streams.js';
export * from './connection-answers.js';
export * from './measure-reads.js';
export * from './read.js';
export * from './read-admission.js';
export * from './read-limits.js';
export * from './read-turns.js';
