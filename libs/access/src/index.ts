export * from './certificate.js';
export * from './holder.js';
export * from './known-tokens.js';
export * from './networks.js';
export * from './principal.js';
export * from './token-bucket.js';
export * from './token-text.js';
export * from './token.js';
