/**
 * What has to be undone when the tests end, however they end. One list for the process: last in, first out.
 * A Ctrl-C undoes it too, before the process goes.
 */
const cleanups = [];
let undoing;
let isEnding = false;

/** @param {() => Promise<unknown> | unknown} cleanup runs once; what it throws is shown and stops nothing */
export function defer(cleanup) {
  cleanups.push(cleanup);
}

/** Undoes everything that was deferred. Calls during a run of it wait for the same run. */
export function undoAll() {
  undoing ??= undoEach().finally(() => (undoing = undefined));
  return undoing;
}

async function undoEach() {
  for (let cleanup = cleanups.pop(); cleanup; cleanup = cleanups.pop()) {
    try {
      await cleanup();
    } catch (error) {
      console.error(`cleaning up failed: ${error.message}`);
    }
  }
}

/** Resolves while the tests run; stays open once a signal has ended them, so that nothing new begins. */
export function mayBegin() {
  return isEnding ? new Promise(() => {}) : Promise.resolve();
}

/** Signals that end a run of the tests, and the exit code that a shell expects. */
const ENDING = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

export function undoOnSignals() {
  for (const [signal, exitCode] of Object.entries(ENDING)) {
    process.on(signal, async () => {
      isEnding = true;
      console.error(`\n${signal}: cleaning up...`);
      await undoAll();
      process.exit(exitCode);
    });
  }
}
