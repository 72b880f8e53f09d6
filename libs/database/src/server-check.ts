/** The oldest PostgreSQL that our statements work on. */
const OLDEST_VERSION = 15;

/** What PostgreSQL says about itself, in a session of ours. */
export interface ServerFacts {
  readonly version: number;
  readonly encoding: string;
  readonly client_encoding: string;
  readonly date_style: string;
  readonly time_zone: string;
  readonly conforming_strings: string;
  readonly read_only_by_default: string;
}

export const FACTS_QUERY = `select
  current_setting('server_version_num')::int / 10000 as version,
  current_setting('server_encoding') as encoding,
  current_setting('client_encoding') as client_encoding,
  current_setting('DateStyle') as date_style,
  current_setting('TimeZone') as time_zone,
  current_setting('standard_conforming_strings') as conforming_strings,
  case when pg_is_in_recovery() then 'off' else current_setting('default_transaction_read_only') end
    as read_only_by_default`;

/** What doesn't fit, each with the way out. Empty if all of it fits. */
export function unfitIn(facts: ServerFacts): string[] {
  const checks: [boolean, string][] = [
    [
      facts.version >= OLDEST_VERSION,
      `its version is ${facts.version}, and ${OLDEST_VERSION} is the oldest that works`,
    ],
    [
      facts.encoding === 'UTF8',
      `its encoding is ${facts.encoding}: create the database with ENCODING 'UTF8'`,
    ],
    [
      facts.client_encoding === 'UTF8',
      `client_encoding is ${facts.client_encoding}, although we ask for UTF8: check what your pooler does with it`,
    ],
    [
      facts.date_style.startsWith('ISO'),
      `DateStyle is "${facts.date_style}", although we ask for ISO: check what your pooler ignores`,
    ],
    [
      facts.time_zone === 'UTC',
      `TimeZone is "${facts.time_zone}", although we ask for UTC: check what your pooler ignores`,
    ],
    [
      facts.conforming_strings === 'on',
      'standard_conforming_strings is off: ALTER DATABASE … RESET standard_conforming_strings',
    ],
    [
      facts.read_only_by_default === 'off',
      'default_transaction_read_only is on: ALTER DATABASE … or ALTER ROLE … RESET default_transaction_read_only',
    ],
  ];
  return checks.filter(([fits]) => !fits).map(([, text]) => text);
}
