import { Agent, request } from 'node:http';

/**
 * Sends requests without a pause, half over kept connections and half over new ones, and retries nothing.
 * @returns the counts so far, and a way to stop
 */
export function startLoad(url, accessToken, callers) {
  const kept = new Agent({ keepAlive: true });
  const counts = { answered: 0, failed: 0, failures: new Map() };
  let running = true;
  const call = async (agent) => {
    while (running) {
      const outcome = await ask(url, accessToken, agent);
      if (outcome === 200) {
        counts.answered += 1;
      } else {
        counts.failed += 1;
        counts.failures.set(outcome, (counts.failures.get(outcome) ?? 0) + 1);
      }
    }
  };
  const calls = Array.from({ length: callers }, (_, i) => call(i % 2 === 0 ? kept : false));
  return {
    counts,
    async stop() {
      running = false;
      await Promise.all(calls);
      kept.destroy();
    },
  };
}

/** @returns the status, or the code of the error */
function ask(url, accessToken, agent) {
  return new Promise((resolve) => {
    const headers = { authorization: `Bearer ${accessToken}`, ...(agent ? {} : { connection: 'close' }) };
    request(`${url}/v2/users/me`, { agent, headers }, (answer) => {
      answer.on('error', (error) => resolve(error.code));
      answer.on('end', () => resolve(answer.complete ? answer.statusCode : 'cut off'));
      answer.resume();
    })
      .on('error', (error) => resolve(error.code))
      .end();
  });
}
