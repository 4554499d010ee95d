export * from './dto/index.js';
export * from './route-access.js';
export * from './wire.js';
