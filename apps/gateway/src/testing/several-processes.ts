// The gateway as `main.ts` starts it, over an event log that confirms at once: a program for suites.
import { EventLog, EventPublisher, type LogEntry, type PublishOutcome } from '@sluice/event-log';
import { overriding } from '@sluice/http/testing';
import { mainProcess } from '@sluice/process';
import { start } from '../start.js';
import { fakeLog } from './fake-log.js';

class ConfirmingPublisher extends EventPublisher {
  #offset = 0;

  publish(_topic: string, entries: readonly LogEntry[]): Promise<PublishOutcome[]> {
    return Promise.resolve(entries.map(() => ({ written: true, partition: 0, offset: this.#offset++ })));
  }
}

const publisher = new ConfirmingPublisher();
const fakes = overriding([EventLog, fakeLog(publisher)], [EventPublisher, publisher]);

await mainProcess('gateway', () => start({ EVENT_LOG_URL: 'kafka://127.0.0.1:1', ...process.env }, fakes));
