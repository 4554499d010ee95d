import { mainProcess } from '@sluice/process';
import { start } from './start.js';

await mainProcess('gateway', () => start(process.env));
