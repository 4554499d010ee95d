import { Counter, Gauge, type Registry } from 'prom-client';
import type { ReadAdmission } from './read-admission.js';

/** What the admission of reads holds and refuses. */
export function measureReads(registry: Registry, admission: ReadAdmission): void {
  const measure = (name: string, help: string, now: () => number): void => {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(now());
      },
    });
  };
  measure(
    'sluice_read_held_bytes',
    'Bytes of responses that clients have not consumed yet.',
    () => admission.heldBytes,
  );
  measure(
    'sluice_reads_in_flight',
    'Reads in progress: being prepared, or not consumed by the client yet.',
    () => admission.underWay,
  );
  measure('sluice_reads_waiting', 'Reads that wait for a slot.', () => admission.waiting);
  new Counter({
    name: 'sluice_reads_refused_total',
    help: 'Reads that were refused with the code overloaded.',
    registers: [registry],
    collect() {
      this.reset();
      this.inc(admission.refused);
    },
  });
}
