import { type Agent, get } from 'node:http';

/** The status of a GET on a connection of this agent, or on a new one. Rejects when the connection breaks. */
export function statusOf(url: string, agent?: Agent, headers: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    get(url, { headers, agent: agent ?? false }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
      response.on('error', reject);
    }).on('error', reject);
  });
}
