export { ArchiverAppModule } from './archiver.app.module.js';
export { archiverHealth, ArchiverModule } from './archiver.module.js';
export { ARCHIVER_SETTINGS, readArchiverConfig } from './settings.js';
