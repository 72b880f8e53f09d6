// Runs in the image, in the pod of `helm test`: what people and other services need of a release that serves.
// TARGETS: base URLs inside the cluster, space-separated. ISSUER: what tokens have to name.
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

/** Again until the deadline: a Service takes a moment to know its pods. */
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
