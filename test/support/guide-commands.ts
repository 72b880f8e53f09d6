import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';

/** The shell commands under a heading of a guide and its subheadings, for bash. @throws Error if there are none */
export function commandsUnder(guide: string, heading: string): string {
  const [, level = '##', section = ''] = readFileSync(guide, 'utf8').split(
    new RegExp(`^(##+) ${heading}\n`, 'm'),
  );
  const [body = ''] = section.split(new RegExp(`^#{2,${level.length}} `, 'm'));
  const blocks = [...body.matchAll(/^( *)```bash\n([\s\S]+?)^\1```$/gm)].map(([, , block]) => block);
  if (blocks.length === 0) {
    throw new Error(`${guide} has no commands under "${heading}".`);
  }
  return blocks.join('\n');
}

/** All shell commands of a guide, in order. */
export function commandsOf(guide: string): string {
  const blocks = readFileSync(guide, 'utf8').matchAll(/^```bash\n([\s\S]+?)^```$/gm);
  return [...blocks].map(([, block]) => block).join('\n');
}

/** Runs commands until one fails. @returns what they print @throws Error with what they printed until then */
export async function bash(
  commands: string,
  env: Readonly<Record<string, string>>,
  cwd = '.',
): Promise<string> {
  const args = ['--norc', '-euo', 'pipefail', '-c', commands];
  try {
    return (await promisify(execFile)('bash', args, { env, cwd })).stdout;
  } catch (error) {
    // Its own message begins with all commands, so that logs cut off what failed.
    const { code, signal, stdout, stderr } = error as Record<string, string | number>;
    throw new Error(`Exit ${code ?? signal}. Standard error:\n${stderr}\nStandard output:\n${stdout}`, {
      cause: code,
    });
  }
}
