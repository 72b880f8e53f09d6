import { appendFileSync } from 'node:fs';
import pg from 'pg';

/** Preloaded into an API process: appends each statement that it sends to PostgreSQL to a file, as a line of JSON. */
const { prototype } = pg.Client;
const query = Reflect.get(prototype, 'query');
prototype.query = function record(...given) {
  const [first, second] = given;
  const { text, values = second } = typeof first === 'string' ? { text: first } : first;
  const line = { text, values: Array.isArray(values) ? values : [] };
  appendFileSync(process.env.RECORDED_STATEMENTS, `${JSON.stringify(line)}\n`);
  return Reflect.apply(query, this, given);
};
