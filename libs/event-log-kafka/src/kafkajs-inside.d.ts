/** Inside of KafkaJS 2.2, which has no types for it. */
declare module 'kafkajs/src/protocol/error.js' {
  /** @param code https://kafka.apache.org/protocol#protocol_error_codes */
  export function createErrorFromCode(code: number): Error & { type: string; code: number; retriable: boolean };
}

declare module 'kafkajs/src/protocol/decoder.js' {
  export default class Decoder {
    constructor(bytes: Buffer);
  }
}

declare module 'kafkajs/src/protocol/recordBatch/v0/decoder.js' {
  import type Decoder from 'kafkajs/src/protocol/decoder.js';

  interface DecodedBatch {
    firstTimestamp: string;
    maxTimestamp: string;
    lastOffsetDelta: number;
    producerId: string;
    records: {
      key: Buffer | null;
      value: Buffer | null;
      headers: Record<string, Buffer>;
      timestamp: string;
      offset: string;
    }[];
  }
  export default function decodeBatch(decoder: Decoder): Promise<DecodedBatch>;
}
