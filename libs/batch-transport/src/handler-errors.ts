import { BaseRpcExceptionFilter } from '@nestjs/microservices';
import { throwError } from 'rxjs';

const batches = new WeakSet<object>();
let isPrepared = false;

/**
 * Nest's last exception filter prints the stack of what a handler threw, at every attempt, and puts "Internal server error" in its
 * place. For the batches of this transport it passes the error on: the loop reports it, once. Filters of the service come first, and
 * other transports keep Nest's behaviour. Idempotent.
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

/** Marks an argument that a handler is about to get. */
export function ownBatch<T extends object>(batch: T): T {
  batches.add(batch);
  return batch;
}
