interface RequestShape {
  url: string;
  recordsPerRequest: number;
  headers?: Record<string, string>;
}

const RECORD = {
  device_id: 'dev-2',
  timestamp: '2025-09-09T17:00:00Z',
  data_payload: { gene_count: 12, sample_quality: 0.98 },
};

/** One `POST /ingest` as it goes over the wire. One record is sent as an object, more as an array of many devices. */
export function requestBytes({ url, recordsPerRequest, headers = {} }: RequestShape): Buffer {
  const records = Array.from({ length: recordsPerRequest }, (_, index) => ({ ...RECORD, device_id: `dev-${index}` }));
  const body = JSON.stringify(recordsPerRequest === 1 ? RECORD : records);
  const fields = { host: new URL(url).host, 'content-type': 'application/json', ...headers };
  const lines = Object.entries({ ...fields, 'content-length': body.length }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  return Buffer.from(['POST /ingest HTTP/1.1', ...lines, '', body].join('\r\n'));
}
