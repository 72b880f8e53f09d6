// Runs in the pod of `helm test`, in the image: checks what clients and other services need from a live release.
// TARGETS: base URLs in the cluster, separated by spaces. ISSUER: the expected issuer of tokens.
import { setTimeout as delay } from 'node:timers/promises';

const { TARGETS = '', ISSUER } = process.env;
const DEADLINE = Date.now() + 60_000;

const CHECKS = {
  '/health/ready': ({ status }) => ['ok', 'degraded'].includes(status) || `the status is ${status}`,
  '/.well-known/jwks.json': ({ keys = [] }) =>
    (keys.some(({ alg }) => alg === 'ES256') && keys.every((key) => !('d' in key))) ||
    'no public ES256 key, or a private one',
  '/.well-known/oauth-authorization-server': ({ issuer }) =>
    issuer === ISSUER || `the issuer is ${issuer}, not ${ISSUER}`,
};

let failed = 0;
for (const target of TARGETS.split(' ')) {
  for (const [path, check] of Object.entries(CHECKS)) {
    const problem = await attempt(target + path, check);
    console.log(`${problem ? 'FAILED' : 'ok    '}  ${target}${path}${problem ? `: ${problem}` : ''}`);
    failed += problem ? 1 : 0;
  }
}
process.exitCode = failed > 0 ? 1 : 0;

/** Retries until the deadline: a Service takes a moment to find its pods. */
async function attempt(url, check) {
  for (;;) {
    const problem = await ask(url, check);
    if (!problem || Date.now() > DEADLINE) {
      return problem;
    }
    await delay(1_000);
  }
}

async function ask(url, check) {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    const verdict = answer.ok ? check(await answer.json()) : `status ${answer.status}`;
    return verdict === true ? null : verdict;
  } catch (error) {
    return error.cause?.code ?? error.message;
  }
}
