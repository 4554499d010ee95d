import type { Logger } from './logging.js';

/** With this listener, Node does not open its debugger on the signal. */
const SIGNAL = 'SIGUSR1';

/**
 * Lets the owner of the process change the log level while it runs: SIGUSR1 turns `debug` on, the next one returns to the level of
 * the start (`info`, if that was `debug`). A signal needs no port, no file and no token, and can change nothing else.
 *
 * @returns ends it
 */
export function changeLevelOnSignal(logger: Logger): () => void {
  const quiet = logger.level === 'debug' ? 'info' : logger.level;
  const change = (): void => changeLevel(logger, quiet);
  process.on(SIGNAL, change);
  return () => process.off(SIGNAL, change);
}

/** The line is written while `debug` is on, so that it appears at every level. */
function changeLevel(logger: Logger, quiet: string): void {
  if (logger.level === 'debug') {
    logger.warn(`log level ${quiet}; ${SIGNAL} turns debug on`);
    logger.level = quiet;
  } else {
    logger.level = 'debug';
    logger.warn(`log level debug; ${SIGNAL} returns to ${quiet}`);
  }
}
