export { Backoff, type BackoffLimits } from './backoff.js';
export { Clock } from './clock.js';
export { inTime, within } from './deadline.js';
export { pause } from './pause.js';
