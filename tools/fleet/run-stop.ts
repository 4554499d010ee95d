import { NotCheckedError } from './read-back.js';

/** `npm` and the scripts in between pass a Ctrl-C on that the terminal has sent to all of them: those are one. */
const SAME_REQUEST_MS = 500;

/** How a person ends a run: at first its reports, and after those all the rest. */
export class RunStop {
  private readonly reporting = new AbortController();
  private readonly rest = new AbortController();
  private isReporting = true;
  private requestedAtMs = -Infinity;

  /** Aborted: no more is reported; what is queued is still delivered and checked. */
  get endOfReports(): AbortSignal {
    return this.reporting.signal;
  }

  /** Aborted: nothing is waited for any more. */
  get endOfRun(): AbortSignal {
    return this.rest.signal;
  }

  /** From here on the next {@link request} ends the run. */
  reportingIsOver(): void {
    this.isReporting = false;
  }

  /** As Ctrl-C does. @returns what it ends; `undefined` if it repeats the request of a moment ago */
  request(nowMs = performance.now()): 'reports' | 'run' | undefined {
    if (nowMs - this.requestedAtMs < SAME_REQUEST_MS) return undefined;
    this.requestedAtMs = nowMs;
    if (this.isReporting && !this.reporting.signal.aborted) {
      this.reporting.abort();
      return 'reports';
    }
    this.rest.abort(new NotCheckedError('the run was ended by hand'));
    return 'run';
  }
}
