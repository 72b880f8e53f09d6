import type { EntityManager } from '@mikro-orm/postgresql';

interface Sighting {
  readonly user: string;
  readonly fingerprint: string;
  readonly expiresAt: Date;
}

/**
 * A single statement, so that only one of several first sign-ins counts as the first.
 * @returns whether it's the first. The device is only remembered if it is
 */
export async function rememberFirstDevice(
  em: EntityManager,
  { user, fingerprint, expiresAt }: Sighting,
  now: Date,
): Promise<boolean> {
  const rows = await em.execute<unknown[]>(
    `with first as (
       update accounts.users set devices_known_since = ? where id = ? and devices_known_since is null returning id)
     insert into accounts.seen_devices (user_id, fingerprint, expires_at) select id, ?, ? from first
     on conflict (user_id, fingerprint) do update set expires_at = excluded.expires_at
     returning user_id`,
    [now, user, fingerprint, expiresAt],
  );
  return rows.length > 0;
}

export async function rememberDevice(
  em: EntityManager,
  { user, fingerprint, expiresAt }: Sighting,
): Promise<void> {
  await em.execute(
    `insert into accounts.seen_devices (user_id, fingerprint, expires_at) values (?, ?, ?)
     on conflict (user_id, fingerprint) do update set expires_at = excluded.expires_at`,
    [user, fingerprint, expiresAt],
    'run',
  );
}

/** Which sightings of a device count, and until when they do from now on. */
interface Lookup {
  readonly user: string;
  /** Any of these may match. */
  readonly fingerprints: readonly string[];
  readonly expiringAfter: Date;
  readonly expiresAt: Date;
  /** Those that expire later aren't worth a write. */
  readonly refreshedBefore: Date;
}

/**
 * A single statement, because every sign-in without a cookie waits for it.
 * @returns whether there is such a device, which is then remembered for longer
 */
export async function findDevice(
  em: EntityManager,
  { user, fingerprints, expiringAfter, expiresAt, refreshedBefore }: Lookup,
): Promise<boolean> {
  const rows = await em.execute<unknown[]>(
    `with seen as (
       select user_id, fingerprint, expires_at from accounts.seen_devices
        where user_id = ? and fingerprint in (${fingerprints.map(() => '?').join(', ')}) and expires_at > ?),
     refreshed as (
       update accounts.seen_devices d set expires_at = ? from seen s
        where d.user_id = s.user_id and d.fingerprint = s.fingerprint and s.expires_at < ?)
     select 1 as found from seen`,
    [user, ...fingerprints, expiringAfter, expiresAt, refreshedBefore],
  );
  return rows.length > 0;
}
