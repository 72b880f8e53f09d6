import { existsSync, readFileSync } from 'node:fs';

export default async function tearDown() {
  const internalErrors = internalErrorsIn(process.env.TEST_INTERNAL_ERRORS);
  await globalThis.stopTestServers?.();
  console.log(`${internalErrors.length} responses had the status 500`);
  if (internalErrors.length > 0) {
    throw new Error(`Responses with status 500 are bugs:\n${internalErrors.join('\n')}`);
  }
}

/** The log lines of such responses, from all processes that the tests started. */
function internalErrorsIn(path) {
  return path && existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [];
}
