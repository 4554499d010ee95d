export * from './options.js';
export * from './config.js';
export * from './setting.js';
export * from './settings.js';
