/**
 * `npm run proto`: generates TypeScript from the .proto files of libs/contracts/proto. `--check` lints them, compares them
 * with those of the last release, and compares the generated files with the existing ones.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { inProject, main, root, UserError } from '../project.mjs';
import { installed, must } from './programs.ts';
import { newestRelease } from './releases.ts';

const FOLDER = 'libs/contracts/proto';
/** Where generated files go, by where their .proto files are: in the tools, or undefined for our own. */
const TARGETS = [
  { folder: 'libs/contracts/src/generated', files: undefined },
  // How errors are described (google.rpc.Status).
  { folder: 'libs/grpc/src/generated', files: ['google/rpc/status.proto', 'google/rpc/error_details.proto'] },
] as const;

await main(async () => {
  const check = process.argv.includes('--check');
  process.chdir(root);
  const tools = await installed('proto', inProject('tools', 'proto'), ['package.json', 'package-lock.json']);
  const buf = (...args: string[]): Promise<string> => must(join(tools, 'node_modules', '.bin', 'buf'), args);
  if (check) {
    await buf('lint', FOLDER);
    const release = newestRelease();
    if (release) {
      await buf('breaking', FOLDER, `--against=.git#ref=${release},subdir=${FOLDER}`);
    }
  }
  for (const { folder, files } of TARGETS) {
    const generated = await generate(buf, tools, files);
    if (check) {
      compare(folder, generated);
    } else {
      rmSync(folder, { recursive: true, force: true });
      generated.forEach((text, name) => {
        mkdirSync(dirname(join(folder, name)), { recursive: true });
        writeFileSync(join(folder, name), text);
      });
    }
  }
});

/** @returns the texts of the generated files by name */
async function generate(
  buf: (...args: string[]) => Promise<string>,
  tools: string,
  files: readonly string[] | undefined,
): Promise<ReadonlyMap<string, string>> {
  const output = mkdtempSync(join(tmpdir(), 'gatehouse-proto-'));
  const plugin = {
    local: join(tools, 'node_modules', '.bin', 'protoc-gen-es'),
    out: '.',
    opt: ['target=ts', 'import_extension=js'],
  };
  const google = join(tools, 'node_modules', 'google-proto-files');
  try {
    await buf(
      'generate',
      files ? google : FOLDER,
      ...(files ?? []).map((file) => `--path=${join(google, file)}`),
      `--template=${JSON.stringify({ version: 'v2', plugins: [plugin] })}`,
      `--output=${output}`,
    );
    return filesIn(output);
  } finally {
    rmSync(output, { recursive: true, force: true });
  }
}

function compare(folder: string, generated: ReadonlyMap<string, string>): void {
  const existing = filesIn(folder);
  const different = [...new Set([...existing.keys(), ...generated.keys()])].filter(
    (name) => existing.get(name) !== generated.get(name),
  );
  if (different.length > 0) {
    throw new UserError(
      `In ${folder}, ${different.join(', ')} is out of date: run \`npm run proto\` and commit the result.`,
    );
  }
}

function filesIn(folder: string): Map<string, string> {
  return new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path.slice(folder.length + 1), readFileSync(path, 'utf8')]),
  );
}
