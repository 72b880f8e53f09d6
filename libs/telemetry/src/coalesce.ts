/**
 * Gives everyone who calls while `measure` runs the same result: the gauges of one scrape ask one after the other.
 * @param measure must settle by itself, since there is no new measurement before it does
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
