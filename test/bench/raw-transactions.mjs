/** The upper bound for refreshes: only their statements, with bare `pg` on a pool of the same size. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import pg from 'pg';

const [file] = process.argv.slice(2);
const { databaseUrl, poolSize, concurrency, recorded, sessions } = JSON.parse(await readFile(file, 'utf8'));
const pool = new pg.Pool({ connectionString: databaseUrl, max: poolSize });

/** The statements for another session, with values that are new each time: otherwise, no index would change. */
function statementsFor({ id, userId }) {
  const now = Date.now();
  const tokenHash = randomBytes(32).toString('base64url');
  return recorded.statements.map(({ text, values }) => ({
    text: text
      .replaceAll(recorded.id, id)
      .replaceAll(recorded.userId, userId)
      .replaceAll(recorded.tokenHash, tokenHash)
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, (instant) =>
        new Date(Date.parse(instant) + now - recorded.at).toISOString(),
      ),
    values,
  }));
}

async function runAll(todo) {
  const startedAt = performance.now();
  let next = 0;
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (next < todo.length) {
        const session = todo[next++];
        const client = await pool.connect();
        for (const statement of statementsFor(session)) {
          await client.query(statement);
        }
        client.release();
      }
    }),
  );
  return (todo.length * 1000) / (performance.now() - startedAt);
}

const warmUp = Math.floor(sessions.length / 4);
await runAll(sessions.slice(0, warmUp));
const rate = await runAll(sessions.slice(warmUp));
await pool.end();
process.stdout.write(`${JSON.stringify({ rate })}\n`);
