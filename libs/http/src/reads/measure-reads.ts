import { Counter, type Registry } from 'prom-client';
import { measureGauge } from '@sluice/observability';
import type { ReadAdmission } from './read-admission.js';

/** What the admission of reads holds and refuses. */
export function measureReads(registry: Registry, admission: ReadAdmission): void {
  measureGauge(
    registry,
    'sluice_read_held_bytes',
    'Bytes of responses that clients have not consumed yet.',
    () => admission.heldBytes,
  );
  measureGauge(
    registry,
    'sluice_reads_in_flight',
    'Reads in progress: being prepared, or not consumed by the client yet.',
    () => admission.underWay,
  );
  measureGauge(registry, 'sluice_reads_waiting', 'Reads that wait for a slot.', () => admission.waiting);
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
