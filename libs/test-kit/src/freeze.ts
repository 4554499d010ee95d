import { output } from './program.js';
import { until } from './until.js';

/** Freezes all processes of a container: its connections stay open, nothing is answered. Docker may fail to freeze a busy one at first. */
export async function freeze(container: string): Promise<void> {
  await until(`${container} is frozen`, () => output('docker', 'pause', container), { tries: 20, everyMs: 200 });
}
