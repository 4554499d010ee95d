export { allCallers, type Caller, walk } from './access-walk.js';
export { ClientCertificates } from './client-certificates.js';
export { type RegisteredRoute, registeredRoutes } from './registered-routes.js';
