import { Temporal } from 'temporal-polyfill';

/** A time of day, such as 08:00. */
export const TIME_OF_DAY = /^(?:[01]\d|2[0-3]):[0-5]\d$/;

/** A time every day during which a user isn't disturbed. If it ends before it starts, it ends on the next day. */
export interface QuietHours {
  readonly start: string;
  readonly end: string;
}

/** When the notifications of a digest are sent: so long after the first one, or at a time of day. */
export type Digest = { readonly afterMinutes: number } | { readonly at: string };

/**
 * When the quiet hours are over that `at` is in. Those that begin or end in an hour that happens twice begin the first and
 * end the second time. Those that begin or end in an hour that is left out do so when the clock is put forward.
 * @param timezone an IANA name. UTC if this process doesn't know it
 * @returns null if `at` is in none
 */
export function quietUntil({ start, end }: QuietHours, timezone: string, at: Date): Date | null {
  const zone = knownZone(timezone);
  const today = dateAt(zone, at);
  for (const date of [today.subtract({ days: 1 }), today]) {
    const begins = instantOf(date, start, zone, 'earlier');
    const ends = instantOf(start < end ? date : date.add({ days: 1 }), end, zone, 'later');
    if (begins <= at && at < ends) {
      return ends;
    }
  }
  return null;
}

/** When a digest is sent whose first notification comes at `at`. At a time that happens twice, that's the first one. */
export function digestDueAt(digest: Digest, timezone: string, at: Date): Date {
  if ('afterMinutes' in digest) {
    return new Date(at.getTime() + digest.afterMinutes * 60_000);
  }
  const zone = knownZone(timezone);
  let date = dateAt(zone, at);
  let due = instantOf(date, digest.at, zone, 'earlier');
  while (due <= at) {
    date = date.add({ days: 1 });
    due = instantOf(date, digest.at, zone, 'earlier');
  }
  return due;
}

function dateAt(zone: string, at: Date): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(zone).toPlainDate();
}

/** @param which of two instants, if the clock shows this time twice */
function instantOf(date: Temporal.PlainDate, time: string, zone: string, which: 'earlier' | 'later'): Date {
  const local = date.toPlainDateTime(Temporal.PlainTime.from(time));
  const found = local.toZonedDateTime(zone, { disambiguation: which });
  if (found.toPlainDateTime().equals(local)) {
    return new Date(found.epochMilliseconds);
  }
  // The clock never shows this time. `earlier` is before the hour that is left out.
  const before = local.toZonedDateTime(zone, { disambiguation: 'earlier' });
  return new Date((before.getTimeZoneTransition('next') ?? found).epochMilliseconds);
}

/** Accounts, where the zone was checked, may know zones that this process doesn't. */
function knownZone(timezone: string): string {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(timezone);
    return timezone;
  } catch {
    return 'UTC';
  }
}
