/** A place in a list: just after, or just before, the item with this id. */
export interface Position {
  readonly direction: 'after' | 'before';
  readonly id: string;
}

/** What a repository reads for a page: one row more than `limit`, which shows whether the list goes on. */
export interface PageRequest {
  readonly limit: number;
  readonly position: Position | null;
}

export interface Slice<T> {
  readonly items: readonly T[];
  readonly hasNext: boolean;
  readonly hasPrevious: boolean;
  /** The number of items in the whole list, if it was asked for. */
  readonly total?: number;
}

/**
 * Makes a page of `limit + 1` rows, read from the position on in the order they were read (towards the start of the
 * list for `before`).
 */
export function sliceOf<T>(rows: readonly T[], { limit, position }: PageRequest): Slice<T> {
  const more = rows.length > limit;
  const items = rows.slice(0, limit);
  return position?.direction === 'before'
    ? { items: items.reverse(), hasNext: true, hasPrevious: more }
    : { items, hasNext: more, hasPrevious: position !== null };
}
