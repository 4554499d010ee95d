/** Internals of KafkaJS 2.2, which has no types for them. */
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

declare module 'kafkajs/src/protocol/message/compression/index.js' {
  const compression: {
    /** @throws an error of KafkaJS for a codec that it does not have */
    lookupCodecByAttributes(attributes: number): { decompress(bytes: Buffer): Promise<Buffer> } | null;
  };
  export default compression;
}

declare module 'kafkajs/src/protocol/messageSet/decoder.js' {
  import type Decoder from 'kafkajs/src/protocol/decoder.js';

  interface OldMessage {
    key: Buffer | null;
    value: Buffer | null;
    timestamp?: string;
    offset: string;
  }
  export default function decodeMessageSet(decoder: Decoder, bytes: number): Promise<OldMessage[]>;
}

declare module 'kafkajs/src/protocol/requests/fetch/index.js' {
  /** Fields of a partition; the others depend on the version. */
  interface FetchPartition {
    partition: number;
    errorCode: number;
    highWatermark: string;
    abortedTransactions: [];
    messages: unknown[];
  }
  export interface FetchResponse {
    throttleTime: number;
    clientSideThrottleTime: number;
    responses: { topicName: string; partitions: FetchPartition[] }[];
  }
  interface FetchProtocol {
    request: unknown;
    response: {
      decode(payload: Buffer): Promise<FetchResponse>;
      parse(response: FetchResponse): Promise<FetchResponse>;
    };
  }
  const requests: {
    protocol(version: { version: number }): (options: object) => FetchProtocol;
  };
  export default requests;
}

declare module 'kafkajs/src/protocol/messageSet/index.js' {
  export default function encodeMessageSet(messages: {
    messageVersion: number;
    entries: { key: string; value: string; timestamp: number }[];
  }): { buffer: Buffer };
}

declare module 'kafkajs/src/broker/index.js' {
  import type { ISocketFactory } from 'kafkajs';

  export default class Broker {
    connectionPool: { socketFactory: ISocketFactory };
    fetch(request: object): Promise<unknown>;
  }
}
