export { BufferWorkerAppModule } from './buffer-worker.app.module.js';
export { bufferWorkerHealth, BufferWorkerModule } from './buffer-worker.module.js';
export { BATCH_SETTINGS, bufferWorkerOptions } from './batch.settings.js';
export { connectWorker } from './connect-worker.js';
export { readWorkerConfig, WORKER_SETTINGS } from './settings.js';
export { PersistController } from './persist.controller.js';
