export interface ReceivedMail {
  readonly envelope: { readonly from: string; readonly to: readonly string[] };
  /** As received. */
  readonly raw: string;
  readonly messageId: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** The first value of a header, decoded, or an empty string. Names are case-insensitive. */
  header(name: string): string;
}

interface Envelope {
  readonly mailFrom: { readonly address: string } | false;
  readonly rcptTo: readonly { readonly address: string }[];
}

export function parseMail(raw: Buffer, { mailFrom, rcptTo }: Envelope): ReceivedMail {
  const source = raw.toString('utf8');
  const part = parsePart(source);
  return {
    envelope: { from: mailFrom ? mailFrom.address : '', to: rcptTo.map(({ address }) => address) },
    raw: source,
    messageId: part.header('message-id'),
    subject: part.header('subject'),
    text: contentOf(part, 'text/plain'),
    html: contentOf(part, 'text/html'),
    header: part.header,
  };
}

interface Part {
  readonly header: (name: string) => string;
  readonly body: string;
}

function parsePart(source: string): Part {
  const end = source.indexOf('\r\n\r\n');
  const head = end < 0 ? source : source.slice(0, end);
  // A line that starts with a space continues the previous one (RFC 5322, section 2.2.3).
  const lines = head.replace(/\r\n[ \t]+/g, ' ').split('\r\n');
  const header = (name: string): string => {
    const line = lines.find((candidate) => candidate.toLowerCase().startsWith(`${name.toLowerCase()}:`));
    return decodeWords(line?.slice(name.length + 1).trim() ?? '');
  };
  return { header, body: end < 0 ? '' : source.slice(end + 4) };
}

/** The decoded content of the first part with the given type, at any depth. */
function contentOf(part: Part, type: string): string {
  const contentType = part.header('content-type') || 'text/plain';
  const boundary = /boundary="?([^";]+)"?/i.exec(contentType)?.[1];
  if (boundary) {
    const parts = `\r\n${part.body}`.split(`\r\n--${boundary}`).slice(1, -1);
    return parts.map((text) => contentOf(parsePart(text.replace(/^\r\n/, '')), type)).find(Boolean) ?? '';
  }
  return contentType.toLowerCase().startsWith(type) ? decodeBody(part) : '';
}

function decodeBody({ header, body }: Part): string {
  switch (header('content-transfer-encoding').toLowerCase()) {
    case 'base64':
      return Buffer.from(body, 'base64').toString('utf8');
    case 'quoted-printable':
      return decodeQuotedPrintable(body.replace(/=[ \t]*\r\n/g, ''));
    default:
      return body;
  }
}

/** Encoded words such as =?UTF-8?Q?Best=C3=A4tigen?= (RFC 2047). Space between two of them is not part of the text. */
function decodeWords(value: string): string {
  return value
    .replace(/(\?=)\s+(=\?)/g, '$1$2')
    .replace(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_, encoding: string, text: string) =>
      encoding.toLowerCase() === 'b'
        ? Buffer.from(text, 'base64').toString('utf8')
        : decodeQuotedPrintable(text.replaceAll('_', ' ')),
    );
}

function decodeQuotedPrintable(text: string): string {
  const bytes = text.replace(/=([0-9A-F]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
