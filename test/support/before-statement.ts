import pg from 'pg';
import { hold } from './fixture.js';

/**
 * Does `work` at the worst possible moment: before the application in Jest's own process sends a statement to PostgreSQL.
 * Ends with the test.
 * @param nth which of the statements that match; only this one waits for `work`
 */
export async function beforeStatement(pattern: RegExp, work: () => Promise<unknown>, nth = 1): Promise<void> {
  const { prototype } = pg.Client as unknown as { prototype: { query: (...given: unknown[]) => unknown } };
  const send = prototype.query;
  let matches = 0;
  prototype.query = function (...given: unknown[]): unknown {
    const [first] = given;
    const text = typeof first === 'string' ? first : (first as { text: string }).text;
    matches += pattern.test(text) ? 1 : 0;
    return pattern.test(text) && matches === nth
      ? work().then(() => Reflect.apply(send, this, given))
      : Reflect.apply(send, this, given);
  };
  await hold(undefined, () => {
    prototype.query = send;
  });
}
