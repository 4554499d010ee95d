export { mtlsFetch, type ClientCertificate } from './mtls-fetch.js';
export { openQueueFile } from './queue-file.js';
