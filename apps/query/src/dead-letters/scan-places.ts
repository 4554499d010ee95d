import { Injectable } from '@nestjs/common';
import { ProblemError } from '@sluice/http';

const PLACES = 2;
const RETRY_AFTER_SECONDS = 5;

/** Limits the searches of dead letters that run at one time in this process. */
@Injectable()
export class ScanPlaces {
  private taken = 0;

  /** @throws ProblemError `rate-limited` while all places are taken; the error of `scan` */
  async scan<T>(scan: () => Promise<T>): Promise<T> {
    if (this.taken >= PLACES) {
      const detail = `${PLACES} searches of dead letters are in progress; send the request again.`;
      throw new ProblemError('rate-limited', detail, { retryAfterSeconds: RETRY_AFTER_SECONDS });
    }
    this.taken++;
    try {
      return await scan();
    } finally {
      this.taken--;
    }
  }
}
