import { setFlagsFromString } from 'node:v8';

/**
 * The heap may grow to this many times what a collection left before the next one. Where memory is limited, V8 chooses 1.4 and
 * collects so often that a record costs one and a half times the CPU; where it is not, V8 chooses 4 and takes memory that it does
 * not need. The limit of the heap holds all the same.
 */
const HEAP_GROWTH = 2;

/**
 * Runs a `main`. An error (a wrong setting, a port in use) ends the process with one readable message that says what to do, for a
 * person at a terminal or in `docker logs`.
 */
export async function mainProcess(app: string, main: () => Promise<void>): Promise<void> {
  setFlagsFromString(`--heap-growing-percent=${100 * (HEAP_GROWTH - 1)}`);
  try {
    await main();
  } catch (error) {
    console.error(`sluice ${app} cannot start: ${advice(error as NodeJS.ErrnoException)}`);
    process.exit(1);
  }
}

function advice(error: NodeJS.ErrnoException): string {
  if (error.code === 'EADDRINUSE')
    return 'the port is in use. Stop the process that listens there, or set PORT to another one.';
  if (error.code === 'EACCES') return `no permission: ${error.message}`;
  return 'code' in error && error.name !== 'Error' ? error.message : (error.stack ?? String(error));
}
