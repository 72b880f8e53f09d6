/**
 * `npm run image`: builds the image as gatehouse:local and runs it as a cluster would. What follows `--` goes to the build.
 * CONTAINER_ENGINE: `docker` unless it says otherwise, such as `podman`.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { ensureBuilt } from './lib/build.mjs';
import { underPinnedNode } from './lib/node24.mjs';
import { inProject, main, root } from './lib/project.mjs';

const IMAGE = 'gatehouse:local';

await main(async () => {
  const exitCode = await underPinnedNode();
  if (exitCode !== null) {
    return exitCode;
  }
  process.chdir(root);
  const [engine, ...engineArguments] = (process.env.CONTAINER_ENGINE ?? 'docker').split(' ');
  const { version } = JSON.parse(readFileSync(inProject('package.json'), 'utf8'));
  const commit = (format) =>
    execFileSync('git', ['log', '-1', `--format=${format}`], { encoding: 'utf8' }).trim();
  const labels = { VERSION: version, REVISION: commit('%H'), CREATED: commit('%cI') };
  execFileSync(
    engine,
    [
      ...engineArguments,
      ...['build', '--tag', IMAGE],
      ...Object.entries(labels).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]),
      ...process.argv.slice(2),
      '.',
    ],
    { stdio: 'inherit' },
  );
  // The check brings its own PostgreSQL, Redis and mailbox, from the build.
  await ensureBuilt();
  const { checkImage } = await import(pathToFileURL(inProject('test', 'image', 'image.mjs')));
  await checkImage(IMAGE);
});
