import { fleetOptions, FleetOptionError, helpText } from './options.js';
import { runFleet } from './run.js';

/** Exit codes: records for which the promise does not hold, and a command that cannot be followed. */
const BROKEN = 1;
const WRONG_COMMAND = 2;
const INTERRUPTED = 130;

/** The first Ctrl-C ends the reporting, and what was reported is still delivered and checked; the second ends the process. */
function endedBySignal(): AbortSignal {
  const ended = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (ended.signal.aborted) process.exit(INTERRUPTED);
      ended.abort();
      console.error('Ending: delivering what is queued, then checking. Once more to end at once.');
    });
  }
  return ended.signal;
}

async function main(): Promise<number> {
  const options = fleetOptions(process.argv.slice(2));
  if (options !== undefined) return (await runFleet(options, process.stdout, endedBySignal())) ? 0 : BROKEN;
  console.log(helpText());
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof FleetOptionError)) throw error;
  console.error(error.message);
  process.exitCode = WRONG_COMMAND;
}
