/**
 * Runs a `main`. An error (a wrong setting, a port in use) ends the process with one readable message that says what to do, for a
 * person at a terminal or in `docker logs`.
 */
export async function mainProcess(app: string, main: () => Promise<void>): Promise<void> {
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
