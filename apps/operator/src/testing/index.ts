export { bearer, idOf, TokenDirectory } from './token-directory.js';
