export { describeRedrive, type OpenEngines } from './redrive-contract.js';
export { PrefixedLog } from './prefixed-log.js';
