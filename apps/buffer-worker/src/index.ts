export { bufferWorkerHealth, BufferWorkerModule } from './buffer-worker.module.js';
