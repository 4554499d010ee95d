const RECORD = {
  device_id: 'dev-2',
  timestamp: '2025-09-09T17:00:00Z',
  data_payload: { gene_count: 12, sample_quality: 0.98 },
};
const DEVICES = 100;

/** One record as an object; more as an array of records of {@link DEVICES} devices. */
export function ingestBody(records: number): string {
  const many = Array.from({ length: records }, (_, index) => ({ ...RECORD, device_id: `dev-${index % DEVICES}` }));
  return JSON.stringify(records === 1 ? RECORD : many);
}

interface RequestShape {
  /** Of the server. */
  url: string;
  recordsPerRequest: number;
  headers?: Record<string, string>;
}

/** One `POST /ingest` as it goes over the wire. */
export function requestBytes({ url, recordsPerRequest, headers = {} }: RequestShape): Buffer {
  const body = ingestBody(recordsPerRequest);
  const fields = { host: new URL(url).host, 'content-type': 'application/json', ...headers };
  const lines = Object.entries({ ...fields, 'content-length': body.length }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  return Buffer.from(['POST /ingest HTTP/1.1', ...lines, '', body].join('\r\n'));
}
