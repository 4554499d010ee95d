import { Injectable } from '@nestjs/common';

/** Where the time comes from. A class, so that it is its own injection token and a test can give another. */
@Injectable()
export class Clock {
  /** Milliseconds since 1970. */
  now(): number {
    return Date.now();
  }

  /** RFC 3339 in UTC with milliseconds. */
  nowText(): string {
    return new Date(this.now()).toISOString();
  }
}
