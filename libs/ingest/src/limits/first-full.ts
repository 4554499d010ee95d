/** A key, and when its bucket will be full if nothing is spent. */
export interface Due {
  key: string;
  fullAtMs: number;
}

/** A binary heap of keys by the time at which their buckets are full, the earliest first. A key may be in it more than once. */
export class FirstFull {
  readonly #heap: Due[] = [];

  get size(): number {
    return this.#heap.length;
  }

  add(due: Due): void {
    const heap = this.#heap;
    let at = heap.push(due) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (heap[parent]!.fullAtMs <= due.fullAtMs) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = due;
  }

  /** Removes the earliest one, and returns it. */
  shift(): Due | undefined {
    const [first] = this.#heap;
    const last = this.#heap.pop();
    if (last !== undefined && this.#heap.length > 0) this.sink(last);
    return first;
  }

  clear(): void {
    this.#heap.length = 0;
  }

  /** Puts `due` into the free place at the top, and moves it down to where it belongs. */
  private sink(due: Due): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1]!.fullAtMs < heap[child]!.fullAtMs) child++;
      if (heap[child]!.fullAtMs >= due.fullAtMs) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = due;
  }
}
