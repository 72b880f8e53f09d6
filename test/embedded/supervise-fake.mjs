// `npm start` with the fake application.
import { fileURLToPath } from 'node:url';
import { once, supervise } from '#tools/embedded';

const root = fileURLToPath(new URL('../../', import.meta.url));
const exitCode = await supervise({
  env: process.env,
  root,
  app: once(process.execPath, ['test/embedded/fake-app.mjs'], root),
  print: (text) => console.log(text),
});
process.exit(exitCode);
