import type { HttpClient } from './http-client.js';

export interface Load {
  /** Ids of the records that were answered 202, in the order of the answers. */
  readonly accepted: string[];
  /** No further request is sent; resolves when the last one is answered. */
  stop(): Promise<void>;
}

const SENDERS = 8;

/** Sends one record after the other, each with an id of its own, until it is stopped; what is refused or cut is not repeated. */
export function sendUntilStopped(client: HttpClient, deviceId: string): Load {
  const accepted: string[] = [];
  let isStopped = false;
  let sent = 0;
  const send = async (): Promise<void> => {
    while (!isStopped) {
      const id = `load-${++sent}`;
      const status = await statusOf(client, deviceId, id);
      if (status === 202) accepted.push(id);
      if (status === undefined) isStopped = true;
    }
  };
  const senders = Array.from({ length: SENDERS }, send);
  return {
    accepted,
    async stop() {
      isStopped = true;
      await Promise.all(senders);
    },
  };
}

/** @returns `undefined` when nobody answers any more */
async function statusOf(client: HttpClient, deviceId: string, recordId: string): Promise<number | undefined> {
  const event = { device_id: deviceId, record_id: recordId, timestamp: '2025-09-09T17:00:00Z', data_payload: {} };
  try {
    return (await client.post('/ingest', event)).status;
  } catch {
    return undefined;
  }
}
