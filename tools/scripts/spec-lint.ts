/**
 * `npm run spec:lint`: checks openapi/*.json with Spectral, its OWASP rules and Redocly's recommended-strict rules. What
 * is switched off, and why, is in tools/spec-lint.
 */
import { join } from 'node:path';
import { inProject, main, refuseArguments, root, seconds } from '../project.mjs';
import { installed, run } from './programs.ts';

const FOLDER = inProject('tools', 'spec-lint');
const PACKAGES = ['package.json', 'package-lock.json'];
const RULES = ['spectral.yaml', 'owasp.yaml', 'redocly.yaml'];
const DOCUMENTS = ['v1', 'v2'].map((version) => inProject('openapi', `${version}.json`));

/** Redocly's program would call home. */
const QUIET = { REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };

await main(async () => {
  refuseArguments();
  process.chdir(root);
  const folder = await installed('spec-lint', FOLDER, [...PACKAGES, ...RULES]);
  const spectral = join(folder, 'node_modules', '.bin', 'spectral');
  const redocly = join(folder, 'node_modules', '.bin', 'redocly');
  const checks: [name: string, program: string, args: string[]][] = [
    ['Spectral', spectral, ['lint', '--ruleset=spectral.yaml', '--fail-severity=warn', ...DOCUMENTS]],
    ['OWASP', spectral, ['lint', '--ruleset=owasp.yaml', '--display-only-failures', ...DOCUMENTS]],
    ['Redocly', redocly, ['lint', '--config=redocly.yaml', ...DOCUMENTS]],
  ];
  let failed = false;
  for (const [name, program, args] of checks) {
    const startedAt = Date.now();
    // Spectral finds the packages of its rules next to the rules.
    const { code, stdout, stderr } = await run(program, args, {
      cwd: folder,
      env: { ...process.env, ...QUIET },
    });
    failed ||= code !== 0;
    console.log(
      code === 0
        ? `ok      ${name} (${seconds(startedAt)})`
        : `FAILED  ${name} (${seconds(startedAt)})\n\n${stdout}${stderr}`,
    );
  }
  return failed ? 1 : 0;
});
