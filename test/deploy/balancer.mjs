import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findProgram, freePort, installPackage } from '#tools/embedded';

/** A replica is out after two failed checks, so a drain must be longer than a second. */
const CHECK = 'inter 500ms fall 2 rise 1';

/**
 * HAProxy in front of the replicas. It checks the readiness of each and retries nothing, so every lost request counts.
 * @param replicas name, port, management port, and whether it gets requests at first
 */
export async function startBalancer(folder, replicas) {
  const haproxy = await bringHaproxy();
  const port = await freePort();
  const socket = join(folder, 'haproxy.sock');
  const config = join(folder, 'haproxy.cfg');
  writeFileSync(
    config,
    `global
  stats socket ${socket} level admin
defaults
  mode http
  retries 0
  timeout connect 2s
  timeout client 30s
  timeout server 30s
  timeout http-keep-alive 30s
listen api
  bind 127.0.0.1:${port}
  balance roundrobin
  option httpchk GET /health/ready
${replicas
  .map(
    ({ name, port, managementPort, served }) =>
      `  server ${name} 127.0.0.1:${port} check port ${managementPort} ${CHECK}${served ? '' : ' disabled'}`,
  )
  .join('\n')}
`,
  );
  const child = spawn(haproxy, ['-q', '-f', config, '-db'], { stdio: ['ignore', 'ignore', 'inherit'] });
  const command = (text) => ask(socket, text);
  const stateOf = async (name) => {
    const lines = (await command('show stat')).split('\n').map((line) => line.split(','));
    const column = lines[0].indexOf('status');
    return lines.find(([proxy, server]) => proxy === 'api' && server === name)?.[column] ?? '';
  };
  return {
    url: `http://127.0.0.1:${port}`,
    /** Waits until the balancer has the replica in this state. */
    async until(name, state) {
      while (!(await stateOf(name).catch(() => '')).startsWith(state)) {
        await delay(50);
      }
    },
    /** Like a Service whose selector changes: new connections go to the named replicas. */
    async switchTo(names) {
      for (const { name } of replicas.filter((replica) => names.includes(replica.name))) {
        await command(`set server api/${name} state ready`);
        await this.until(name, 'UP');
      }
      for (const { name } of replicas.filter((replica) => !names.includes(replica.name))) {
        await command(`set server api/${name} state drain`);
      }
    },
    async stop() {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}

async function bringHaproxy() {
  const present = findProgram('haproxy');
  const failure = present ? '' : await installPackage('HAProxy', ['haproxy'], console.log);
  const found = present ?? findProgram('haproxy');
  if (!found) {
    throw new Error(`haproxy is not on the PATH.\n${failure}\nInstall it (apt-get install haproxy).`);
  }
  return found;
}

async function ask(path, text) {
  const socket = connect(path);
  socket.end(`${text}\n`);
  let answer = '';
  for await (const chunk of socket) {
    answer += chunk;
  }
  return answer;
}
