/** Sends one load and tells its parent what came of it: `generator.ts '<Load as JSON>'`. */
import { Traffic } from './traffic.js';
import type { Load } from './load.js';

const load = JSON.parse(process.argv[2]!) as Load;
const outcome = await new Traffic(load).run();
process.send!(outcome, () => process.exit());
