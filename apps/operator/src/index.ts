export { API_SETTINGS } from './api/api.settings.js';
export { INIT_SETTINGS } from './init/init.settings.js';
export { BACKUP_SETTINGS } from './backup/backup.settings.js';
export { BACKUP_SOCKET } from './backup/embedded-files.js';
export { requireNoRestore } from './backup/restore-mark.js';
