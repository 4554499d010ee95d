/** Upper bounds in seconds, for work between a millisecond and the longest deadline. */
export const DURATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Upper bounds in records, for batches from a single record to the largest. */
export const BATCH_BUCKETS = [1, 5, 10, 50, 100, 500, 1000, 5000];
