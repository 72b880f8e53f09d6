/**
 * Who goes first when a provider's rate is used up: `urgent`, what's about accounts and security; `ordinary`, other
 * notifications to one person; `broadcast`, those to many.
 */
export const RANKS = ['urgent', 'ordinary', 'broadcast'] as const;
export type Rank = (typeof RANKS)[number];

/** A place in the schedule of a provider, which a message that waits keeps until it is sent. */
export interface Slot {
  /** Identifies the schedule: a new one begins when nothing waits, or when Redis has lost it. */
  readonly schedule: number;
  /** In milliseconds since the epoch. For a broadcast, without the delays since the schedule began. */
  readonly at: number;
}

export interface SlotRequest {
  readonly rank: Rank;
  /** Between two messages: 60,000 divided by the rate per minute. */
  readonly intervalMs: number;
  /** What the message was given before, if it has waited. */
  readonly slot: Slot | null;
  /** When it's too late, in milliseconds since the epoch. */
  readonly before: number;
}

/** When it's a message's turn, in milliseconds since the epoch. */
export type Turn = (
  | /** Within `PATIENCE_MS`. It counts as sent. */ { readonly kind: 'now'; readonly at: number }
  | /** It has the slot from now on. */ { readonly kind: 'later'; readonly at: number; readonly slot: Slot }
  | /** It would be too late, so it gets none. */ { readonly kind: 'never'; readonly at: number }
) & {
  /** When the next new message could be sent, by rank. */
  readonly next: Readonly<Record<Exclude<Rank, 'urgent'>, number>>;
};

/** How long a message waits in its run. What has to wait longer goes back to the outbox. */
export const PATIENCE_MS = 500;

/**
 * How late a message can come back without anything being wrong. What wasn't sent in this time can be made up for. If it's
 * longer that a provider wasn't used, a message goes ahead of those that wait.
 */
export const GRACE_MS = 500;

/** A slot of one of several providers, as it's stored with a delivery. */
export interface ProviderSlot extends Slot {
  /** The key of its schedule, such as `smtp`. */
  readonly provider: string;
}

/** What decides when a message may be sent. */
export interface Waiting {
  readonly rank: Rank;
  /** Null if it has not waited for a provider yet. */
  readonly slot: ProviderSlot | null;
  /** When it's too late. */
  readonly before: Date;
}

/** A message that can't be sent now because of the rate of a provider. */
export interface Held {
  readonly provider: string;
  /** When it can be sent. */
  readonly until: Date;
  /** Null if it's too late then. */
  readonly slot: ProviderSlot | null;
}
