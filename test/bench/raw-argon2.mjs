/** The upper bound for sign-ins: only password verification, with our parameters and number of threads. */
import { hash, verify } from '@node-rs/argon2';
import { ARGON2_PARAMETERS } from '../../dist/src/accounts/auth/passwords/password-hasher.js';

const [threads, seconds] = process.argv.slice(2).map(Number);
const stored = await hash('seven brave otters', ARGON2_PARAMETERS);
const startedAt = performance.now();
let done = 0;
await Promise.all(
  Array.from({ length: threads }, async () => {
    while (performance.now() - startedAt < seconds * 1000) {
      await verify(stored, 'seven brave otters');
      done += 1;
    }
  }),
);
process.stdout.write(`${JSON.stringify({ rate: (done * 1000) / (performance.now() - startedAt) })}\n`);
