/**
 * Preloaded into the application (`--import`): on SIGUSR2 it has a bug like the ones that a library could have. The
 * error carries a secret where ioredis puts the arguments of a command.
 */
const SECRET = 'hunter2-of-redis';

function failure(name) {
  return Object.assign(new Error(`${name} for ada@acme.test`), { command: { name: 'auth', args: [SECRET] } });
}

process.on('SIGUSR2', () => {
  void Promise.reject(failure('a forgotten promise'));
});

process.on('SIGWINCH', () => {
  process.emitWarning(failure('a deprecated call'));
});

if (process.env.CRASH_AT_ONCE) {
  setTimeout(() => {
    throw failure('a forgotten exception');
  });
}
