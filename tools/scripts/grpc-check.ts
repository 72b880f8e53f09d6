/**
 * `npm run grpc:check`: calls a running application over mutual TLS with a client that is generated in Python: reflection,
 * health, every method, and how calls fail.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from '../embedded/debian-package.ts';
import { freePort } from '../embedded/ports.ts';
import { inProject, main, root, UserError } from '../project.mjs';
import { ensureBuilt } from './build.ts';
import { type Server, startServer } from './client-server.ts';
import { installed, must, run } from './programs.ts';
import { pythonPackages } from './python.ts';

const FOLDER = inProject('tools', 'grpc-check');
const PROTO = inProject('libs', 'contracts', 'proto');
const FILES = ['accounts/v1/accounts.proto', 'notifications/v1/notifications.proto'];

await main(async () => {
  process.chdir(root);
  for (const program of ['python3', 'openssl']) {
    if (!findProgram(program)) {
      throw new UserError(`The check of gRPC needs ${program}, which isn't installed.`);
    }
  }
  await ensureBuilt();
  const packages = await installed('grpc-check', FOLDER, ['requirements.txt'], pythonPackages);
  const python = join(packages, 'bin', 'python');
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-grpc-check-'));
  let server: Server | undefined;
  try {
    const client = join(folder, 'client');
    mkdirSync(client);
    await must(python, [
      '-m',
      'grpc_tools.protoc',
      `--proto_path=${PROTO}`,
      `--python_out=${client}`,
      `--grpc_python_out=${client}`,
      ...FILES.map((file) => join(PROTO, 'gatehouse', file)),
    ]);
    await certificates(folder);
    const port = await freePort();
    server = await startServer(join(folder, 'data'), {
      GRPC_PORT: String(port),
      GRPC_TLS_CERT: join(folder, 'tls.crt'),
      GRPC_TLS_KEY: join(folder, 'tls.key'),
      GRPC_TLS_CA: join(folder, 'ca.crt'),
    });
    const { code, stdout, stderr } = await run(python, [join(FOLDER, 'check.py')], {
      env: {
        ...process.env,
        ...server.environment,
        PYTHONPATH: client,
        GRPC_TARGET: `localhost:${port}`,
        CERTIFICATES: folder,
        // What it reports about connections that are refused, as they should be.
        GRPC_VERBOSITY: 'NONE',
      },
    });
    process.stdout.write(stdout);
    process.stderr.write(stderr);
    return code;
  } finally {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});

/** Of an authority, of the application and its caller, and of a stranger. */
async function certificates(folder: string): Promise<void> {
  const issue = (name: string, ...more: string[]): Promise<string> => {
    const key = [
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-keyout',
      `${name}.key`,
    ];
    return must(
      'openssl',
      ['req', '-x509', ...key, '-out', `${name}.crt`, '-subj', `/CN=${name}`, '-days', '1', ...more],
      {
        cwd: folder,
      },
    );
  };
  await issue('ca');
  const signed = [
    '-addext',
    'subjectAltName=DNS:localhost,IP:127.0.0.1',
    '-addext',
    'basicConstraints=critical,CA:FALSE',
  ];
  await issue('tls', '-CA', 'ca.crt', '-CAkey', 'ca.key', ...signed);
  await issue('other');
}
