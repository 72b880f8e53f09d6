import { join } from 'node:path';
import { must } from './programs.ts';

/** Installs what requirements.txt in a folder pins, by hash. The folder becomes a virtual environment. */
export async function pythonPackages(folder: string): Promise<void> {
  await must('python3', ['-m', 'venv', '.'], { cwd: folder });
  const install = ['-m', 'pip', 'install', '--quiet', '--require-hashes', '-r', 'requirements.txt'];
  await must(join(folder, 'bin', 'python'), install, { cwd: folder });
}
