export { STANDALONE_SETTINGS } from './settings.js';
