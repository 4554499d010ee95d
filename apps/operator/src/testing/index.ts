export { bearer, idOf, TokenDirectory } from './token-directory.js';
export { COMMANDS } from '../commands.js';
export { sluice } from '../sluice.js';
