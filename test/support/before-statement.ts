import pg from 'pg';
import { hold } from './fixture.js';

/**
 * Does `work` at the worst possible moment: before the application in Jest's own process sends a statement to PostgreSQL.
 * Ends with the test.
 * @param nth which of the statements that match; only this one waits for `work`
 */
export function beforeStatement(pattern: RegExp, work: () => Promise<unknown>, nth = 1): Promise<void> {
  return around(pattern, nth, (send) => work().then(send));
}

/** The same, before the application gets the result of the first statement that matches. */
export function afterStatement(pattern: RegExp, work: () => Promise<unknown>): Promise<void> {
  return around(pattern, 1, async (send) => {
    const result = await send();
    await work();
    return result;
  });
}

async function around(
  pattern: RegExp,
  nth: number,
  replace: (send: () => unknown) => Promise<unknown>,
): Promise<void> {
  const { prototype } = pg.Client as unknown as { prototype: { query: (...given: unknown[]) => unknown } };
  const send = prototype.query;
  let matches = 0;
  prototype.query = function (...given: unknown[]): unknown {
    const [first] = given;
    const text = typeof first === 'string' ? first : (first as { text: string }).text;
    matches += pattern.test(text) ? 1 : 0;
    const sendOn = (): unknown => Reflect.apply(send, this, given);
    return pattern.test(text) && matches === nth ? replace(sendOn) : sendOn();
  };
  await hold(undefined, () => {
    prototype.query = send;
  });
}
