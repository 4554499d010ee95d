/** `send-load.ts '<Load as JSON>'`: sends one load and reports its outcome to the parent process. */
import { HttpLoad, type Load } from './http-load.js';

const load = JSON.parse(process.argv[2]!) as Load;
const outcome = await new HttpLoad(load).run();
process.send!(outcome, () => process.exit());
