interface WriteLine {
  (fields: object, message: string): void;
  (message: string): void;
}

/** Where the core writes its lines; a pino logger fits. */
export interface IngestLogger {
  info: WriteLine;
  warn: WriteLine;
}
