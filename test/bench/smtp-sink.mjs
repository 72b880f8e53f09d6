// An SMTP server that fails as it is told, and counts. Run by mails.mjs, in a process of its own.
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';

/** The shares of messages that are deferred, whose connection is dropped, and that are left without an answer. */
const { defer = 0, drop = 0, stall = 0 } = JSON.parse(process.argv[2] ?? '{}');
/** How often each message was accepted for certain, and how often nobody can tell, by Message-ID. */
const accepted = new Map();
const unclear = new Map();
const counts = { deferred: 0, dropped: 0, stalled: 0 };

const smtp = createServer((socket) => {
  socket.setNoDelay(true);
  socket.on('error', () => undefined);
  let text = '';
  let inContent = false;
  socket.write('220 sink ESMTP\r\n');
  socket.setEncoding('latin1').on('data', (chunk) => {
    text += chunk;
    for (;;) {
      const end = inContent ? text.indexOf('\r\n.\r\n') : text.indexOf('\r\n');
      if (end < 0) {
        return;
      }
      const unit = text.slice(0, end);
      text = text.slice(end + (inContent ? 5 : 2));
      if (inContent) {
        inContent = false;
        finish(socket, unit);
      } else {
        inContent = /^data$/i.test(unit);
        socket.write(replyTo(unit));
        if (/^quit$/i.test(unit)) {
          socket.end();
        }
      }
    }
  });
});

function replyTo(command) {
  const [verb = ''] = command.split(' ');
  switch (verb.toUpperCase()) {
    case 'EHLO':
      return '250-sink\r\n250 8BITMIME\r\n';
    case 'DATA':
      return '354 go on\r\n';
    case 'QUIT':
      return '221 bye\r\n';
    default:
      return '250 OK\r\n';
  }
}

function finish(socket, content) {
  const id = /^message-id:\s*(\S+)/im.exec(content)?.[1] ?? 'none';
  const luck = Math.random();
  if (luck < defer) {
    counts.deferred += 1;
    socket.write('451 4.3.0 try again\r\n');
  } else if (luck < defer + drop) {
    counts.dropped += 1;
    count(unclear, id);
    socket.destroy();
  } else if (luck < defer + drop + stall) {
    counts.stalled += 1;
    count(unclear, id);
  } else {
    count(accepted, id);
    socket.write('250 OK\r\n');
  }
}

function count(map, id) {
  map.set(id, (map.get(id) ?? 0) + 1);
}

const http = createHttpServer((request, response) => {
  const repeated = [...accepted].filter(([, times]) => times > 1);
  response.end(
    JSON.stringify({
      ...counts,
      messages: accepted.size,
      repeated: repeated.length,
      unexplained: repeated.filter(([id]) => !unclear.has(id)).length,
      ...(request.url === '/ids' && { ids: [...accepted.keys()] }),
    }),
  );
});

await new Promise((resolve) => smtp.listen(0, '127.0.0.1', resolve));
await new Promise((resolve) => http.listen(0, '127.0.0.1', resolve));
process.stdout.write(`${JSON.stringify({ port: smtp.address().port, statsPort: http.address().port })}\n`);
