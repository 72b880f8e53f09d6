import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

/** What the README says about a folder. */
function described(folder: string): string {
  const block = /```text\n(config\/[\s\S]+?)```/.exec(readFileSync('README.md', 'utf8'))?.[1] ?? '';
  const lines = block.replace(/\n {10,}/g, ' ').split('\n');
  return lines.find((line) => line.trim().startsWith(`${folder}/`)) ?? '';
}

function foldersOf(path: string): string[] {
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? [entry.name] : [],
  );
}

describe("the README's list of folders", () => {
  it('names every library', () => {
    const [, names = ''] = described('libs').split(': ');
    expect(names.split(/,\s+/).map((name) => name.trim())).toEqual(foldersOf('libs').sort());
  });

  it.each(['accounts', 'notifications'])('names every feature of %s', (service) => {
    const text = described(service);
    for (const feature of foldersOf(join('src', service))) {
      expect(text).toContain(`${feature}/`);
    }
  });
});
