export { allCallers, type Caller, walk } from './access-walk.js';
export { ClientCertificates } from './client-certificates.js';
export { overriding } from './overriding.js';
export { type RegisteredRoute, registeredRoutes } from './registered-routes.js';
