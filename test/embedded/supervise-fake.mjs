// `npm start` with the fake application.
import { fileURLToPath } from 'node:url';
import { supervise } from '#tools/embedded';

const exitCode = await supervise({
  env: process.env,
  root: fileURLToPath(new URL('../../', import.meta.url)),
  app: { command: process.execPath, args: ['test/embedded/fake-app.mjs'] },
  print: (text) => console.log(text),
});
process.exit(exitCode);
