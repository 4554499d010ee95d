/** PEM files of a TLS connection. They are read again when they change. */
export interface KafkaTlsFiles {
  /** Authorities that are trusted instead of those of Node. */
  caFile?: string;
  /** The certificate of this process, and its key. Both or neither. */
  certFile?: string;
  keyFile?: string;
}

/** A login by SASL. */
export type KafkaLogin =
  | { mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'; username: string; password: string }
  | { mechanism: 'oauthbearer'; tokenUrl: string; clientId: string; clientSecret: string; scope?: string }
  /** The credentials are found as AWS's own tools find them. Needs the package `aws-msk-iam-sasl-signer-js`. */
  | { mechanism: 'aws-msk-iam'; region: string };

/** How a process proves who it is to Kafka. TLS itself is asked for by the URL. Certificates are always checked. */
export interface KafkaAccess {
  tls?: KafkaTlsFiles;
  sasl?: KafkaLogin;
}
