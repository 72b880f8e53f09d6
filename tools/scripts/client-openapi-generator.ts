/** OpenAPI Generator, a Java program, for the languages that have no generator of their own that most people use. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../project.mjs';
import { generate, type Generator, packagesOf } from './client-generator.ts';
import { compiledGo, GO } from './client-go.ts';
import { cached, must } from './programs.ts';
import { pythonPackages } from './python.ts';

const VERSION = '7.25.0';
const SHA256 = '41ce4f6b07f196676439d710759fa1ced7a08066d06ff1bf314681470289efae';
const MAVEN_COPY = 'org.apache.maven.plugins:maven-dependency-plugin:3.11.0:copy';
const JAVA = {
  java: 'https://adoptium.net',
  mvn: 'https://maven.apache.org/install.html',
};

/** It otherwise makes them strings in Python and Go. */
const CODES_AS_ENUMS = ['--inline-schema-options=RESOLVE_INLINE_ENUMS=true'];
const ONLY_CODE = 'apis,models,supportingFiles,apiDocs=false,modelDocs=false,apiTests=false,modelTests=false';

const python: Generator = {
  name: 'python',
  needs: { ...JAVA, python3: 'https://www.python.org/downloads' },
  build: async (folder) => {
    const warnings = await openapiGenerator(folder, ['-g', 'python', '-o', '.', ...CODES_AS_ENUMS]);
    const environment = await packagesOf('python', ['requirements.txt'], pythonPackages);
    const interpreter = join(environment, 'bin', 'python');
    // The generator's own code isn't typed as strictly.
    const mypy = ['-m', 'mypy', '--strict', '--follow-imports=silent', 'program.py'];
    await must(interpreter, mypy, { cwd: folder });
    return { command: [interpreter, 'program.py'], warnings };
  },
};

const go: Generator = {
  name: 'go',
  needs: { ...JAVA, ...GO },
  build: async (folder) => {
    const options = ['--additional-properties=withGoMod=false,enumClassPrefix=true', ...CODES_AS_ENUMS];
    return compiledGo(folder, await openapiGenerator(folder, ['-g', 'go', '-o', 'generated', ...options]));
  },
};

const java: Generator = {
  name: 'java',
  needs: { ...JAVA, javac: 'https://adoptium.net' },
  build: async (folder) => {
    const packages = ['--api-package=generated.api', '--model-package=generated.model'];
    const options = ['--library=native', '--invoker-package=generated', ...packages];
    const warnings = await openapiGenerator(folder, ['-g', 'java', '-o', 'generated', ...options]);
    const jars = await packagesOf('java', ['pom.xml'], (draft) =>
      must('mvn', ['--batch-mode', '--quiet', 'dependency:copy-dependencies', '-DoutputDirectory=lib'], {
        cwd: draft,
      }),
    );
    const libraries = join(jars, 'lib', '*');
    await compileJava(folder, ['-cp', libraries, ...javaFilesIn(join(folder, 'generated', 'src', 'main'))]);
    // The generator's own code has warnings.
    const classes = ['classes', libraries].join(':');
    await compileJava(folder, ['-Xlint:all', '-Werror', '-cp', classes, 'Program.java']);
    return { command: ['java', '-cp', classes, 'Program'], warnings };
  },
};

export const OPENAPI_GENERATOR: readonly Generator[] = [python, go, java];

/** @returns how often it warned */
async function openapiGenerator(folder: string, options: readonly string[]): Promise<number> {
  const jar = await generatorJar();
  const input = ['-i', 'openapi.json', '--package-name=generated', `--global-property=${ONLY_CODE}`];
  return generate('java', ['-jar', jar, 'generate', ...input, ...options], folder);
}

async function generatorJar(): Promise<string> {
  const name = `openapi-generator-cli-${VERSION}.jar`;
  const folder = await cached(`openapi-generator ${VERSION}`, async (draft) => {
    const artifact = `-Dartifact=org.openapitools:openapi-generator-cli:${VERSION}`;
    await must('mvn', ['--batch-mode', '--quiet', MAVEN_COPY, artifact, `-DoutputDirectory=${draft}`]);
    const hash = createHash('sha256')
      .update(readFileSync(join(draft, name)))
      .digest('hex');
    if (hash !== SHA256) {
      throw new UserError(`${name} has the checksum ${hash} instead of ${SHA256}.`);
    }
  });
  return join(folder, name);
}

async function compileJava(folder: string, args: readonly string[]): Promise<void> {
  mkdirSync(join(folder, 'classes'), { recursive: true });
  await must('javac', ['-d', 'classes', ...args], { cwd: folder });
}

function javaFilesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.java'))
    .map((path) => join(folder, path));
}
