/** The result of the work, or `undefined` if it takes longer than `ms`. The work continues; its late result or error is dropped. */
export async function within<T>(ms: number, work: Promise<T>): Promise<T | undefined> {
  const deadline = Promise.withResolvers<undefined>();
  const timer = setTimeout(deadline.resolve, ms, undefined);
  try {
    return await Promise.race([work, deadline.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The result of the work. The work continues after the deadline; its late result or error is dropped.
 *
 * @throws the error of `late` if the work takes longer than `ms`; an error of the work
 */
export async function inTime<T>(ms: number, work: Promise<T>, late: () => Error): Promise<T> {
  const deadline = Promise.withResolvers<never>();
  const timer = setTimeout(() => deadline.reject(late()), ms);
  try {
    return await Promise.race([work, deadline.promise]);
  } finally {
    clearTimeout(timer);
  }
}
