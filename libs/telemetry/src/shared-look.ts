/**
 * One look for all who ask while it is under way: the gauges of one scrape ask one after the other, and have one answer.
 *
 * @param look has to end by itself, since nobody gets a new look before it does
 */
export function coalesce<T>(look: () => Promise<T>): () => Promise<T> {
  let underWay: Promise<T> | undefined;
  return () => {
    underWay ??= look().finally(() => {
      underWay = undefined;
    });
    return underWay;
  };
}
