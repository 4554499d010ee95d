import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '@sluice/async';
import { type CertificateFile, expiryWarning, LOGGER, type Logger } from '@sluice/observability';

/** Injection token: the certificates of this process. */
export const CERTIFICATE_FILES = Symbol('CertificateFiles');
const DAY_MS = 86_400_000;

/** Warns once a day of each certificate that expires within 14 days. */
@Injectable()
export class CertificateWatch implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(CERTIFICATE_FILES) private readonly files: readonly CertificateFile[],
    @Inject(Clock) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    if (this.files.length === 0) return;
    this.check();
    this.timer = setInterval(() => this.check(), DAY_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  check(): void {
    for (const file of this.files) {
      const warning = expiryWarning(file, this.clock.now());
      if (warning !== undefined) this.logger.warn({ use: file.use }, warning);
    }
  }
}
