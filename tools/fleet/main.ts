import { fleetOptions, FleetOptionError, helpText } from './options.js';
import { RunStop } from './run-stop.js';
import { runFleet, type RunResult } from './run.js';

/** Exit codes: the promise does not hold, the command cannot be followed, and the records could not be compared. */
const EXIT_CODES: Readonly<Record<RunResult, number>> = { kept: 0, broken: 1, 'not-checked': 3 };
const WRONG_COMMAND = 2;

const SAYS = {
  reports: 'Ending the reports: delivering what is queued, then reading back. Ctrl-C again ends without the check.',
  run: 'Ending without the check.',
} as const;

function stopBySignal(): RunStop {
  const stop = new RunStop();
  const end = (): void => {
    const ended = stop.request();
    if (ended !== undefined) console.error(SAYS[ended]);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, end);
  return stop;
}

async function main(): Promise<number> {
  const options = fleetOptions(process.argv.slice(2));
  if (options !== undefined) return EXIT_CODES[await runFleet(options, process.stdout, stopBySignal())];
  console.log(helpText());
  return 0;
}

try {
  // An answer that hangs does not keep the process.
  process.exit(await main());
} catch (error) {
  if (!(error instanceof FleetOptionError)) throw error;
  console.error(error.message);
  process.exitCode = WRONG_COMMAND;
}
