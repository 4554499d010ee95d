export * from './dto/index.js';
export * from './wire.js';
