import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { transformFile } from '@swc/core';
import { inProject, root } from '../project.mjs';
import type { Changes } from './sources.ts';

/** Apart from dist/, which `npm test` and `npm start` may build while this one runs. */
export const DEV_BUILD = inProject('.data', 'dev');

/** Compiles single files as the build does (.swcrc), into a folder that has the structure of dist/. */
export class Compiler {
  /** The files that can't be compiled, each with the reason. */
  readonly errors = new Map<string, string>();

  /** Starts with an empty folder. */
  constructor() {
    rmSync(DEV_BUILD, { recursive: true, force: true });
    mkdirSync(DEV_BUILD, { recursive: true });
    const { imports: _, ...about } = JSON.parse(readFileSync(inProject('package.json'), 'utf8')) as object & {
      imports: unknown;
    };
    const imports = { '#libs/*': './libs/*/src/index.js' };
    writeFileSync(join(DEV_BUILD, 'package.json'), JSON.stringify({ ...about, imports }));
  }

  /** @returns whether the result is another than before */
  async apply({ written, removed }: Changes): Promise<boolean> {
    for (const path of removed) {
      this.errors.delete(path);
      rmSync(outputOf(path), { force: true });
    }
    const differs = await Promise.all(written.map((path) => this.compile(path)));
    return removed.length > 0 || differs.includes(true);
  }

  /** What the compiled files import from node_modules. Asked here, because files come and go only in this process. */
  importedPackages(): string[] {
    const files = readdirSync(DEV_BUILD, { recursive: true, encoding: 'utf8' }).filter((path) =>
      path.endsWith('.js'),
    );
    const imports = files.flatMap((path) => [
      ...readFileSync(join(DEV_BUILD, path), 'utf8').matchAll(/^import\b[^'";]*["']([^'".#][^'"]*)["']/gm),
    ]);
    return [...new Set(imports.map(([, name = '']) => name))];
  }

  private async compile(path: string): Promise<boolean> {
    const output = outputOf(path);
    mkdirSync(dirname(output), { recursive: true });
    if (!path.endsWith('.ts')) {
      copyFileSync(inProject(path), output);
      return true;
    }
    const repaired = this.errors.delete(path);
    try {
      const { code, map = '' } = await transformFile(inProject(path), {
        cwd: root,
        sourceFileName: relative(dirname(output), inProject(path)),
      });
      const differs = writeIfNew(
        output,
        `${code}\n//# sourceMappingURL=${path.slice(path.lastIndexOf('/') + 1, -3)}.js.map\n`,
      );
      return writeIfNew(`${output}.map`, map) || differs || repaired;
    } catch (error) {
      // What follows is a stack in the compiler.
      this.errors.set(path, `${path}: ${(error as Error).message.split(/\n+Caused by:/)[0]?.trim()}`);
      return false;
    }
  }
}

function outputOf(path: string): string {
  return join(DEV_BUILD, path.replace(/\.ts$/, '.js'));
}

function writeIfNew(path: string, text: string): boolean {
  try {
    if (readFileSync(path, 'utf8') === text) {
      return false;
    }
  } catch {
    // It's the first time.
  }
  writeFileSync(path, text);
  return true;
}
