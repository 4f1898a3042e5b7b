// A mail server of few words, for a journey that must read what was sent: it takes every
// mail and keeps its bytes.
import { createServer } from 'node:net';

// mailSink listens on loopback until the test ends: { address, mails }.
export function mailSink(t) {
  const mails = [];
  const server = createServer((socket) => {
    let text = '';
    let data = false;
    socket.on('error', () => {});
    socket.write('220 sink\r\n');
    socket.on('data', (chunk) => {
      text += chunk;
      for (;;) {
        const end = text.indexOf(data ? '\r\n.\r\n' : '\r\n');
        if (end < 0) return;
        const part = text.slice(0, end);
        text = text.slice(end + (data ? 5 : 2));
        if (data) {
          mails.push(part);
          data = false;
          socket.write('250 kept\r\n');
          continue;
        }
        const word = part.slice(0, 4).toUpperCase();
        data = word === 'DATA';
        if (word === 'QUIT') socket.end('221 bye\r\n');
        else socket.write(data ? '354 go on\r\n' : '250 sink\r\n');
      }
    });
  });
  t.after(() => server.close());
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve({ address: `127.0.0.1:${server.address().port}`, mails }));
  });
}
