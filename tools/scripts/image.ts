/**
 * `npm run image`: builds the image as gatehouse:local and runs it as a cluster would. Arguments after `--` go to the build.
 * CONTAINER_ENGINE is `docker` by default, and may contain arguments.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { inProject, main, root } from '../project.mjs';

const IMAGE = 'gatehouse:local';

await main(async () => {
  process.chdir(root);
  const [engine = 'docker', ...engineArguments] = (process.env['CONTAINER_ENGINE'] ?? 'docker').split(' ');
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  const commit = (format: string): string =>
    execFileSync('git', ['log', '-1', `--format=${format}`], { encoding: 'utf8' }).trim();
  const labels = { VERSION: version, REVISION: commit('%H'), CREATED: commit('%cI') };
  const buildArguments = Object.entries(labels).flatMap(([name, value]) => [
    '--build-arg',
    `${name}=${value}`,
  ]);
  execFileSync(
    engine,
    [...engineArguments, 'build', '--tag', IMAGE, ...buildArguments, ...process.argv.slice(2), '.'],
    { stdio: 'inherit' },
  );
  const { checkImage } = (await import(pathToFileURL(inProject('test', 'image', 'image.mjs')).href)) as {
    checkImage: (image: string) => Promise<void>;
  };
  await checkImage(IMAGE);
});
