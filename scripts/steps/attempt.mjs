import { StepError } from './child.mjs';

/** Runs the steps of a script; one that failed for a known reason ends the process with its message alone. */
export async function attempt(steps) {
  try {
    return await steps();
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    console.error(`\n${error.message}`);
    process.exit(1);
  }
}
