export { API_SETTINGS } from './api/api.settings.js';
export { INIT_SETTINGS } from './init/init.settings.js';
