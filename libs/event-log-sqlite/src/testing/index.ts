export { EmbeddedLogs, embeddedOptions } from './embedded-logs.js';
