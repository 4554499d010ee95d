import { BaseRpcExceptionFilter } from '@nestjs/microservices';
import { throwError } from 'rxjs';

const batches = new WeakSet<object>();
let isPrepared = false;

/**
 * Nest's last exception filter prints the stack of an error at every attempt and replaces the error by "Internal server error".
 * For the batches of this transport, this filter passes the error on, and the loop reports it once. Filters of the service run
 * first, and other transports keep Nest's behaviour. Idempotent.
 */
export function prepareHandlerErrors(): void {
  if (isPrepared) return;
  isPrepared = true;
  const filter = BaseRpcExceptionFilter.prototype;
  const original = Object.getOwnPropertyDescriptor(filter, 'catch')!.value as typeof filter.catch;
  filter.catch = function (this: typeof filter, exception, host) {
    const [batch] = host.getArgs<[unknown]>();
    if (typeof batch === 'object' && batch !== null && batches.has(batch)) return throwError(() => exception);
    return original.call(this, exception, host);
  };
}

/** Marks an argument that is about to be passed to a handler. */
export function ownBatch<T extends object>(batch: T): T {
  batches.add(batch);
  return batch;
}
