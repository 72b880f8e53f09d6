/**
 * `npm run image`: builds the image as gatehouse:local and runs it as a cluster would. What follows `--` goes to the build.
 * CONTAINER_ENGINE: `docker` unless it says otherwise, such as `podman`.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { inProject } from './lib/project.mjs';
import { load, runBuilt } from './lib/run-built.mjs';

const IMAGE = 'gatehouse:local';

await runBuilt(async () => {
  const [engine, ...engineArguments] = (process.env.CONTAINER_ENGINE ?? 'docker').split(' ');
  const { version } = JSON.parse(readFileSync(inProject('package.json'), 'utf8'));
  const commit = (format) =>
    execFileSync('git', ['log', '-1', `--format=${format}`], { encoding: 'utf8' }).trim();
  const labels = { VERSION: version, REVISION: commit('%H'), CREATED: commit('%cI') };
  execFileSync(
    engine,
    [
      ...engineArguments,
      'build',
      '--tag',
      IMAGE,
      ...Object.entries(labels).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]),
      ...process.argv.slice(2),
      '.',
    ],
    { stdio: 'inherit' },
  );
  const { checkImage } = await load('test', 'image', 'image.mjs');
  await checkImage(IMAGE);
});
