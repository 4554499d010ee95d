import { AsyncLocalStorage } from 'node:async_hooks';

const traceUnderWay = new AsyncLocalStorage<string>();

/** Log lines written by `work`, and by everything it starts, have the trace id. */
export function withinTrace<T>(traceId: string, work: () => T): T {
  return traceUnderWay.run(traceId, work);
}

/** The trace id of the current request, for the logger's option `context`. The logger may write into the object that it gets. */
export function traceOfLine(): Record<string, string> {
  const traceId = traceUnderWay.getStore();
  return traceId === undefined ? {} : { trace_id: traceId };
}
