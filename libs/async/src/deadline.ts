/**
 * What the work comes to, or `undefined` if that takes longer than `ms`. KafkaJS has no way to call off its work:
 * what a late one comes to, an error included, is then nobody's concern.
 */
export function within<T>(ms: number, work: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms, undefined);
    const settle = (act: () => void): void => {
      clearTimeout(timer);
      act();
    };
    work.then(
      (result) => settle(() => resolve(result)),
      (error: unknown) => settle(() => reject(error as Error)),
    );
  });
}
