import { join } from 'node:path';
import { type Built, generate, type Generator, share } from './client-generator.ts';
import { goProgram, must } from './programs.ts';

export const GO = { go: 'https://go.dev/doc/install' };

export const oapiCodegen: Generator = {
  name: 'oapi-codegen',
  needs: GO,
  build: async (folder) => {
    const program = await goProgram(
      'github.com/oapi-codegen/oapi-codegen/v2',
      'v2.8.2',
      './cmd/oapi-codegen',
    );
    const warnings = await generate(program, ['-config', 'oapi-codegen.yaml', 'openapi.json'], folder);
    return compiledGo(folder, warnings);
  },
};

/** Compiles a program in Go, after `go vet`. */
export async function compiledGo(folder: string, warnings: number): Promise<Built> {
  share('go', folder);
  const options = { cwd: folder, env: { ...process.env, GOWORK: 'off' } };
  await must('go', ['vet', './...'], options);
  await must('go', ['build', '-o', 'program', '.'], options);
  return { command: [join(folder, 'program')], warnings };
}
