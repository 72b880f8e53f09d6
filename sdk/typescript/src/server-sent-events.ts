/** As much of a server-sent event (WHATWG HTML, section 9.2.6) as our server sends. */
export interface ServerSentEvent {
  name?: string;
  id?: string;
  data: string;
  /** How long to wait before connecting again, in milliseconds. */
  retry?: number;
}

/** The events of a response, until it ends. @throws what reading a response throws, and TypeError if it can't be streamed */
export async function* eventsIn({ body }: Response): AsyncGenerator<ServerSentEvent, void, undefined> {
  if (!body) {
    throw new TypeError("This platform's fetch can't stream responses.");
  }
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      text += decoder.decode(read.value, { stream: true });
      const events = text.split('\n\n');
      text = events.pop() ?? '';
      yield* events.map(parse);
    }
  } finally {
    // Also when whoever follows stops: it closes the connection.
    await reader.cancel().catch(() => undefined);
  }
}

function parse(lines: string): ServerSentEvent {
  const event: ServerSentEvent = { data: '' };
  for (const line of lines.split('\n')) {
    const [, field, value = ''] = /^(\w+): (.*)$/.exec(line) ?? [];
    if (field === 'event') {
      event.name = value;
    } else if (field === 'id') {
      event.id = value;
    } else if (field === 'data') {
      event.data = value;
    } else if (field === 'retry') {
      event.retry = Number(value);
    }
  }
  return event;
}
