import cronParser from 'cron-parser';

/** When a job runs, in the notation of cron. */
export interface Schedule {
  /** Minute, hour, day of the month, month and day of the week, such as `30 3 * * *` for half past three every night. */
  readonly cron: string;
  /** An IANA name, such as `Europe/Berlin`. Default: UTC. */
  readonly timeZone?: string;
}

const UTC = 'UTC';
/** Longer than clocks are ever put back or forward. */
const ANCHOR_MS = 25 * 60 * 60 * 1000;

/**
 * The latest time at which a job was due: `now`, or before. Local times that are left out when clocks are put forward
 * are an hour later on that day; those that happen twice only count once.
 * @throws Error if the schedule isn't valid
 */
export function latestDue({ cron, timeZone = UTC }: Schedule, now: Date): Date {
  // Backwards, the parser finds repeated times twice and left out ones never, so it only goes back to a safe distance.
  const before = cronParser.parseExpression(cron, { currentDate: now, tz: timeZone });
  const anchor = before.prev().getTime();
  const onwards = cronParser.parseExpression(cron, {
    currentDate: new Date(anchor - ANCHOR_MS),
    tz: timeZone,
  });
  let due = anchor;
  for (let next = onwards.next().getTime(); next <= now.getTime(); next = onwards.next().getTime()) {
    due = next;
  }
  return new Date(due);
}

/** What's wrong with a schedule, and how to fix it, as a sentence. Undefined if nothing is. */
export function scheduleMistake({ cron, timeZone = UTC }: Schedule): string | undefined {
  if (!isTimeZone(timeZone)) {
    return `has the unknown time zone "${timeZone}". Use an IANA name, such as "Europe/Berlin", or leave it out for UTC.`;
  }
  const reason = cron.trim().split(/\s+/).length === 5 ? parseFailure(cron) : 'it must have five fields';
  return reason === undefined
    ? undefined
    : `has the schedule "${cron}", which isn't valid: ${reason}. Write minute, hour, day of the month, month and day ` +
        'of the week, such as "30 3 * * *" for 3:30 every night.';
}

function parseFailure(cron: string): string | undefined {
  try {
    cronParser.parseExpression(cron, { tz: UTC });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function isTimeZone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
  } catch {
    return false;
  }
}
