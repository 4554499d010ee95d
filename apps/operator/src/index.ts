export { INIT_SETTINGS } from './init/init.settings.js';
