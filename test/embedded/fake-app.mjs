// Stands in for the application: prints its environment, is ready at once, and exits as told. With FAKE_LONG_DRAIN, it
// goes on after the first SIGTERM.
import { createServer } from 'node:http';

const names = [
  'DATABASE_URL',
  'REDIS_URL',
  'SMTP_URL',
  'ADMIN_EMAIL',
  'ADMIN_PASSWORD',
  'DRAIN_SECONDS',
  'CORS_ORIGINS',
  'ENCRYPTION_KEYS_FILE',
];
console.log(`given ${JSON.stringify(Object.fromEntries(names.map((name) => [name, process.env[name]])))}`);

if (process.env.FAKE_EXIT_CODE) {
  process.exit(Number(process.env.FAKE_EXIT_CODE));
}
const server = createServer((request, response) => response.end('ok'));
server.listen(Number(process.env.MANAGEMENT_PORT), '127.0.0.1');
let isDraining = false;
process.on('SIGTERM', () => {
  if (process.env.FAKE_LONG_DRAIN && !isDraining) {
    isDraining = true;
    console.log('draining');
    return;
  }
  console.log('drained');
  process.exit(0);
});
