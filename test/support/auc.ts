/**
 * The area under the ROC curve: how often a value of the first list is above one of the second. 0.5 if the lists can't be told
 * apart.
 */
export function auc(first: readonly number[], second: readonly number[]): number {
  const wins = first.flatMap((one) => second.map((other) => (one > other ? 1 : one === other ? 0.5 : 0)));
  return wins.reduce<number>((sum, win) => sum + win, 0) / wins.length;
}
