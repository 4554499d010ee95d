import type { BatchObserver } from '@sluice/batch-transport';

/** Lets several observers hear of one loop. */
export function batchObservers(...observers: readonly BatchObserver[]): Required<BatchObserver> {
  return {
    pauseChanged: (...heard) => observers.forEach((observer) => observer.pauseChanged?.(...heard)),
    retrying: (...heard) => observers.forEach((observer) => observer.retrying?.(...heard)),
    pulled: (...heard) => observers.forEach((observer) => observer.pulled?.(...heard)),
    flushed: (...heard) => observers.forEach((observer) => observer.flushed?.(...heard)),
    committed: (...heard) => observers.forEach((observer) => observer.committed?.(...heard)),
    batchFailed: (...heard) => observers.forEach((observer) => observer.batchFailed?.(...heard)),
    recordHeld: (...heard) => observers.forEach((observer) => observer.recordHeld?.(...heard)),
    recordReleased: (...heard) => observers.forEach((observer) => observer.recordReleased?.(...heard)),
    handlerFailed: (...heard) => observers.forEach((observer) => observer.handlerFailed?.(...heard)),
  };
}
