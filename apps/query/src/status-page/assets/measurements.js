const REJECTED = /^sluice_ingest_records_total\{verdict="rejected",reason="([^"]*)"\} (\d+)/gm;

/**
 * Rejected records by reason, out of the text of `/metrics`.
 *
 * @returns {Map<string, number> | undefined} `undefined` if the text is of an app that takes no records
 */
export function rejectedByReason(metrics) {
  const counts = new Map(Array.from(metrics.matchAll(REJECTED), ([, reason, count]) => [reason, Number(count)]));
  return counts.size === 0 ? undefined : counts;
}

/** The last minute of one figure. */
export class History {
  #values = [];

  add(value) {
    this.#values = [...this.#values, value].slice(-60);
  }

  /** Points of a polyline in a box of 120 by 28, the newest at the right end. */
  get points() {
    const top = Math.max(1, ...this.#values);
    const first = 60 - this.#values.length;
    return this.#values.map((value, at) => `${((first + at) * 120) / 59},${27 - (value / top) * 26}`).join(' ');
  }
}
