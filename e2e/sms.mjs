// A service for short messages on the loopback address, as the portal's webhook asks it.
import { createServer } from 'node:http';

/** {url, next(), stop()}: `next` gives the message that came, or waits for it. */
export function messages() {
  const came = [], waits = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (part) => { text += part; });
    request.on('end', () => {
      const message = JSON.parse(text);
      const first = waits.shift();
      if (first) first(message); else came.push(message);
      response.writeHead(200).end('{}');
    });
  });
  const next = () => new Promise((found) => { if (came.length) found(came.shift()); else waits.push(found); });
  return new Promise((ready) => server.listen(0, '127.0.0.1', () => ready({
    url: `http://127.0.0.1:${server.address().port}/send`,
    next,
    stop: () => new Promise((done) => { server.close(done); server.closeAllConnections(); }),
  })));
}
