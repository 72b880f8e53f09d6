import type { EntityManager } from '@mikro-orm/postgresql';

/** Counts one more code to a number. @returns how many there were within the last 24 hours or more, this one included */
export async function countCode(em: EntityManager, numberIndex: string, at: Date): Promise<number> {
  const [row] = await em.execute<{ codes: number }[]>(
    `insert into notifications.phone_code_counts as c (number_index, codes, since) values (?, 1, ?)
     on conflict (number_index) do update
       set codes = case when c.since < excluded.since - interval '24 hours' then 1 else c.codes + 1 end,
           since = case when c.since < excluded.since - interval '24 hours' then excluded.since else c.since end
     returning codes`,
    [numberIndex, at.toISOString()],
  );
  return row?.codes ?? 1;
}
