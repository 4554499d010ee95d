export { bufferWorkerHealth, BufferWorkerModule } from './buffer-worker.module.js';
export { PersistController } from './persist.controller.js';
export { prepare } from './prepare.js';
