import pg from 'pg';
import { register } from '../support/processes.mjs';
import { compareReads, costRow, readsOf } from './compare-reads.mjs';

const RULES = 100_000;
const USERS = 200;
const SETTINGS = { RATE_LIMIT_AUTH: 'off', RATE_LIMIT_DEFAULT: 'off' };

/** Profile reads with 100,000 rules, relative to none. Each kind has a database of its own. */
export async function measureIpRules(environment) {
  const ruled = await createDatabase(environment.databaseUrl, 'bench_ip_rules');
  const kinds = {
    tested: { DATABASE_URL: ruled, ...SETTINGS },
    reference: SETTINGS,
  };
  const requests = {};
  for (const [kind, settings] of Object.entries(kinds)) {
    const api = await environment.startApi(settings);
    requests[kind] = readsOf(await register(api.url, USERS, 'seven brave otters', `ip-rules-${kind}`));
    await api.stop();
  }
  await addRules(ruled);
  const kindOf = (kind) => ({ start: () => environment.startApi(kinds[kind]), requests: requests[kind] });
  const compared = await compareReads({ tested: kindOf('tested'), reference: kindOf('reference') });
  return [costRow(`profile read with ${RULES} IP rules ÷ with none`, compared, 1.03)];
}

async function createDatabase(url, name) {
  await inDatabase(url, (client) => client.query(`create database ${name}`));
  const created = new URL(url);
  created.pathname = `/${name}`;
  return created.href;
}

/** Networks of 8 addresses from 11.0.0.0 on, and a /48 of IPv6 for every tenth, as a list would have them. */
function addRules(url) {
  return inDatabase(url, async (client) => {
    await client.query(
      `insert into accounts.ip_rules (id, cidr, action, source, revision, created_at)
       select gen_random_uuid(),
              case when n % 10 = 0
                then set_masklen(('2a00:' || to_hex(n >> 8) || ':' || to_hex(n & 255) || '::')::inet, 48)::cidr
                else set_masklen('11.0.0.0'::inet + n::bigint * 8, 29)::cidr
              end, 'deny', 'bench', 1, now()
         from generate_series(1, $1::int) as n`,
      [RULES],
    );
    await client.query(`update accounts.ip_rule_state set revision = 1 where id = 'latest'`);
  });
}

async function inDatabase(url, work) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
