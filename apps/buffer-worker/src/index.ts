export { bufferWorkerHealth, BufferWorkerModule } from './buffer-worker.module.js';
export { prepare } from './prepare.js';
