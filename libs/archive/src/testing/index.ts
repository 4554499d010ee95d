export { archivedRows, type FoundRow } from './archived-offsets.js';
export { FaultyStore, type UploadFault } from './faulty-store.js';
export { Gate } from './gate.js';
export { MemoryObjectStore } from './memory-object-store.js';
export { MODEL_TOPIC, ModelGroup, ModelMember } from './model-group.js';
export { allOf, describeObjectStore, putContent } from './object-store-contract.js';
export { pythonFolder, S3Server } from './s3-server.js';
export { eventAt, recordsOf } from './records.js';
