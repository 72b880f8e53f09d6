/**
 * Shares the result of `measure` among all callers while it runs, because the gauges of a scrape are collected
 * together.
 * @param measure must settle eventually, or there will never be a new measurement
 */
export function coalesce<T>(measure: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  return () => {
    running ??= measure().finally(() => {
      running = undefined;
    });
    return running;
  };
}
